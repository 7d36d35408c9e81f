import { assertEquals, assertStringIncludes } from "@std/assert";
import { linesOf, type LinesPart, mergeLines, readNext } from "../../../src/admin/api/log_lines.ts";
import { LogRing } from "../../../src/log_ring.ts";
import { logger, setLogLevel } from "../../../src/log.ts";
import { pppoeProxy } from "../../cli/process.ts";
import { withDaemon } from "../daemon.ts";
import { READ_TOKEN, TOKEN, withTcpDaemon } from "../tcp_world.ts";

function ringOf(...lines: [level: "debug" | "info" | "warning", second: number][]): LogRing {
  const ring = new LogRing();
  for (const [level, second] of lines) {
    const time = new Date(second * 1_000).toISOString();
    const json = JSON.stringify({ time, level, topic: "main", message: `${level} ${second}` });
    ring.add(level, "main", json, () => json);
  }
  return ring;
}

const ALL = { level: "debug", topic: undefined, after: undefined, limit: 100 } as const;

Deno.test("lines of several threads are merged by time, and `next` continues in each of them", () => {
  const rings = [ringOf(["info", 1], ["warning", 4]), ringOf(["debug", 2], ["info", 3])];
  const ask = (wanted: Parameters<typeof linesOf>[1]) => {
    const parts: LinesPart[] = rings.map((ring, thread) => linesOf(ring, wanted, thread));
    const { lines, next } = mergeLines(parts, wanted, "7");
    return { next, messages: lines.map(({ message }) => message) };
  };
  assertEquals(ask(ALL), { next: "7.2.2", messages: ["info 1", "debug 2", "info 3", "warning 4"] });
  assertEquals(ask({ ...ALL, limit: 2 }).messages, ["info 3", "warning 4"]);
  assertEquals(ask({ ...ALL, level: "info" }).messages, ["info 1", "info 3", "warning 4"]);
  assertEquals(ask({ ...ALL, topic: "link" }).messages, []);
  // Continued one line a thread at a time, no line is left out or comes twice.
  const first = ask({ ...ALL, after: [], limit: 1 });
  assertEquals(first, { next: "7.1.1", messages: ["info 1", "debug 2"] });
  const second = ask({ ...ALL, after: readNext(first.next, "7"), limit: 1 });
  assertEquals(second, { next: "7.2.2", messages: ["info 3", "warning 4"] });
  // The next process counts from 1 again.
  assertEquals(ask({ ...ALL, after: readNext(second.next, "8") }).messages.length, 4);
});

Deno.test("debug lines, which show customers' packets, need the role act", () =>
  withTcpDaemon(async ({ status, port }) => {
    setLogLevel("debug");
    try {
      logger("discovery").debug("packet", { packet: "of a customer" });
      logger("main").info("stopped");
      const messages = async (path: string, token: string): Promise<string[]> => {
        const headers = { authorization: `Bearer ${token}` };
        const { lines } = await (await fetch(`http://127.0.0.1:${port}${path}`, { headers }))
          .json();
        return lines.map(({ message }: { message: string }) => message);
      };
      assertEquals((await messages("/api/v1/log?limit=2", TOKEN)).sort(), ["packet", "stopped"]);
      assertEquals(await messages("/api/v1/log?limit=1", READ_TOKEN), ["stopped"]);
      const kept = await messages("/api/v1/log?limit=1000", READ_TOKEN);
      assertEquals(kept.includes("packet"), false);
      assertEquals(await status("/api/v1/log?level=debug", READ_TOKEN), 403);
      assertEquals(await status("/api/v1/log?level=debug", TOKEN), 200);
    } finally {
      setLogLevel("error");
    }
  }));

Deno.test("`logs` and `events` print a line each, with local time, and filter", () =>
  withDaemon({}, async ({ socket, daemon }) => {
    setLogLevel("info");
    try {
      logger("tunnel").warning("tunnel rejected", { address: "192.0.2.1:5", detail: "a\nb" });
      daemon.monitor.emit("drain", { enabled: true });
      daemon.monitor.emit("refused", { reason: "padi-rate", client: "branch-1" });
    } finally {
      setLogLevel("error");
    }
    const shown = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await pppoeProxy([...args, "-s", socket]);
      assertEquals([args, code, stderr], [args, 0, ""]);
      return stdout;
    };
    const at = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /;
    const [line] = (await shown("logs", "-n", "1")).split("\n");
    assertEquals(
      line.replace(at, ""),
      'warning tunnel: tunnel rejected address=192.0.2.1:5 detail="a\\nb"',
    );
    assertEquals(await shown("logs", "--level", "error", "--topic", "tunnel"), "");
    const events = (await shown("events")).trimEnd().split("\n");
    assertEquals(events.map((event) => event.replace(at, "").trim()), [
      "drain           enabled=true",
      "refused         reason=padi-rate client=branch-1",
    ]);
    const json = await shown("events", "--kind", "refused", "--since", "1h", "--json");
    assertEquals(JSON.parse(json).reason, "padi-rate");
    assertEquals(await shown("events", "--client", "branch-2"), "");
    const wrong = await pppoeProxy(["events", "--kind", "refusd", "-s", socket]);
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.stderr, 'did you mean "refused"?');
  }));
