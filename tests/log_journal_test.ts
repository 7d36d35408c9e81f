/** Logging to systemd's journal, by a socket that a test reads. */
import { assert, assertEquals } from "@std/assert";
import type { LogRecord } from "@logtape/logtape";
import fc from "fast-check";
import { encodeEntry } from "../src/log_journal.ts";
import { ROOT } from "./sources.ts";

/** Returns an entry's fields, read as https://systemd.io/JOURNAL_NATIVE_PROTOCOL/ says. */
function fieldsOf(entry: Uint8Array): Record<string, string> {
  const fields: Record<string, string> = {};
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let at = 0; at < entry.length;) {
    const end = entry.indexOf(0x0a, at);
    assert(end >= 0, "a field without an end");
    const line = entry.subarray(at, end);
    const equals = line.indexOf(0x3d);
    at = end + 1;
    if (equals >= 0) {
      fields[decoder.decode(line.subarray(0, equals))] = decoder.decode(line.subarray(equals + 1));
      continue;
    }
    const view = new DataView(entry.buffer, entry.byteOffset + at, 8);
    const length = Number(view.getBigUint64(0, true));
    fields[decoder.decode(line)] = decoder.decode(entry.subarray(at + 8, at + 8 + length));
    assertEquals(entry[at + 8 + length], 0x0a);
    at += 8 + length + 1;
  }
  return fields;
}

function record(properties: Record<string, unknown>): LogRecord {
  return {
    ...{ category: ["pppoe-proxy", "tunnel"], level: "warning", timestamp: 0 },
    ...{ message: ["tunnel lost"], rawMessage: "tunnel lost", properties },
  };
}

Deno.test("an entry has the message, its priority and each field, and no time of its own", () => {
  assertEquals(fieldsOf(encodeEntry(record({ client: "north", sessions_held: 3, note: "a\nb" }))), {
    MESSAGE: 'tunnel: tunnel lost client=north sessions_held=3 note="a\\nb"',
    PRIORITY: "4",
    SYSLOG_IDENTIFIER: "pppoe-proxy",
    PPPOE_TOPIC: "tunnel",
    PPPOE_MESSAGE: "tunnel lost",
    PPPOE_CLIENT: "north",
    PPPOE_SESSIONS_HELD: "3",
    PPPOE_NOTE: "a\nb",
  });
});

Deno.test("no value forges another field, and every name is one that the journal takes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.string(), (value, key) => {
      const fields = fieldsOf(encodeEntry(record({ reason: value, [key]: 1 })));
      assertEquals(fields.PPPOE_REASON, key === "reason" ? "1" : value.toWellFormed());
      assertEquals(fields.PRIORITY, "4");
      const names = Object.keys(fields);
      assert(names.every((name) => /^[A-Z][A-Z0-9_]{0,63}$/.test(name)), names.join());
      const own = names.filter((name) => !name.startsWith("PPPOE_"));
      assertEquals(own, ["MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER"]);
    }),
  );
});

/** Runs code in a process that logs to the journal at this path; returns its stderr. */
async function logging(socket: string, body: string, env = {}): Promise<string[]> {
  const code = `import { configureLogging, logger } from "file://${ROOT}src/log.ts";
    configureLogging({ level: "debug", format: "journal", topics: {} }, ${JSON.stringify(socket)});
    const log = logger("main");
    ${body}`;
  const { stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--ext=ts", code],
    cwd: ROOT,
    env,
  }).output();
  const text = new TextDecoder().decode(stderr);
  assertEquals(success, true, text);
  return text.split("\n").filter((line) => line !== "");
}

/** Gives `body` a datagram socket that nobody reads until it does. */
async function withJournal(
  body: (path: string, journal: Deno.DatagramConn) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/socket`;
  const journal = Deno.listenDatagram({ transport: "unixpacket", path });
  try {
    await body(path, journal);
  } finally {
    journal.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Returns the next entry that has fields; the writer first tries the socket with an empty one. */
async function nextEntry(journal: Deno.DatagramConn): Promise<Record<string, string>> {
  for (;;) {
    const [bytes] = await journal.receive(new Uint8Array(65_536));
    if (bytes.length > 0) return fieldsOf(bytes);
  }
}

Deno.test("lines are entries in the journal, in order, and none is on stderr", () =>
  withJournal(async (path, journal) => {
    const body = `log.debug("stopped"); log.info("ready", { interface: "wan0" });
      log.error("stop failed"); log.info("totals"); Deno.exit(0);`;
    assertEquals(await logging(path, body), []);
    const seen = [];
    for (let n = 0; n < 4; n++) {
      const { PPPOE_MESSAGE, PRIORITY } = await nextEntry(journal);
      seen.push([PPPOE_MESSAGE, PRIORITY]);
    }
    assertEquals(seen, [["stopped", "7"], ["ready", "6"], ["stop failed", "3"], ["totals", "6"]]);
  }));

Deno.test("a journal that reads nothing blocks no line: those that it does not take go to stderr", () =>
  withJournal(async (path, journal) => {
    const count = 3_000;
    const body = `for (let n = 0; n < ${count}; n++) log.warning("ready", { n });`;
    const rest = await logging(path, body);
    assert(rest.length > 0 && rest.length < count, `${rest.length} lines on stderr`);
    assert(rest.every((line) => /^<4>main: ready n=\d+$/.test(line)), rest[0]);
    const taken = [];
    while (taken.length < count - rest.length) taken.push((await nextEntry(journal)).PPPOE_N);
    const all = [...taken, ...rest.map((line) => line.split("=")[1])].map(Number);
    assertEquals(all.sort((one, other) => one - other), Array.from({ length: count }, (_, n) => n));
  }));

Deno.test("without the journal's socket, lines on stderr have priorities and no time", async () => {
  const lines = await logging("/nowhere/socket", 'log.info("ready", { interface: "wan0" });');
  assertEquals(lines, ["<6>main: ready interface=wan0"]);
});
