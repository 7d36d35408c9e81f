import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { LogRecord } from "@logtape/logtape";
import { logger } from "../src/log.ts";
import { formatColoured, formatJson, formatText } from "../src/log_format.ts";

function record(message: string, properties: Record<string, unknown>): LogRecord {
  return {
    category: ["pppoe-proxy", "main"],
    level: "info",
    message: [message],
    rawMessage: message,
    timestamp: Date.UTC(2030, 0, 2, 3, 4, 5, 678),
    properties,
  };
}

Deno.test("a text record has the fields as key=value after the message", () => {
  assertEquals(
    formatText(record("ready", { interface: "wan0", clients: 2 })),
    "2030-01-02T03:04:05.678Z info    main: ready interface=wan0 clients=2",
  );
});

Deno.test("text values with spaces, quotes and control characters are quoted and escaped", () => {
  const line = formatText(
    record("refused", { a: "two words", b: "", c: 'x"y', d: "\x1b[2J\n\x9b" }),
  );
  assertStringIncludes(line, ' a="two words" b="" c="x\\"y" d="\\u001b[2J\\n\\u009b"');
});

Deno.test("a JSON record is one line with time, level, topic, message and the fields", () => {
  const line = formatJson(record("ready", { interface: "wan0", note: "a\nb" }));
  assertEquals(line.includes("\n"), false);
  assertEquals(JSON.parse(line), {
    time: "2030-01-02T03:04:05.678Z",
    level: "info",
    topic: "main",
    message: "ready",
    interface: "wan0",
    note: "a\nb",
  });
});

Deno.test("a field cannot replace time, level, topic or message", () => {
  const line = JSON.parse(formatJson(record("ready", { level: "error", message: "forged" })));
  assertEquals([line.level, line.message], ["info", "ready"]);
});

Deno.test("bytes in fields are never shown, at any depth", () => {
  const secret = Uint8Array.fromHex("feedfacefeedface");
  for (const format of [formatJson, formatText]) {
    const line = format(record("odd", { secret, deep: { list: [secret] } }));
    assertStringIncludes(line, "(8 bytes)");
    assertEquals(/feed|254|237/.test(line), false);
  }
});

Deno.test("errors, bigints and absent values are logged without throwing", () => {
  const fields = { error: new Error("Cannot do it"), big: 5n, none: undefined, nil: null };
  const line = JSON.parse(formatJson(record("failed", fields)));
  assertEquals([line.error, line.big, "none" in line, line.nil], [
    "Cannot do it",
    "5",
    false,
    null,
  ]);
});

/** Logs from a process whose stderr is a file; returns the lines. `stream` is JOURNAL_STREAM. */
async function logToJournal(stream: string, format = "text"): Promise<string[]> {
  const url = new URL("../src/log.ts", import.meta.url).href;
  return await runWithJournal(
    stream,
    `import { configureLogging, logger } from "${url}";
    configureLogging({ level: "debug", format: "${format}", topics: {} }, "/nowhere");
    for (const level of ["debug", "info", "warning", "error"]) logger("main")[level]("said");`,
  );
}

/** Runs code in a process whose stderr is a file; returns the lines. */
async function runWithJournal(stream: string, code: string): Promise<string[]> {
  const file = await Deno.makeTempFile();
  const script = `JOURNAL_STREAM=${stream} exec "$@" 2>"$0"`;
  const { success } = await new Deno.Command("sh", {
    args: ["-c", script, file, Deno.execPath(), "eval", "--quiet", "--ext=ts", code],
    cwd: new URL("..", import.meta.url).pathname,
  }).output();
  assertEquals(success, true);
  const text = await Deno.readTextFile(file);
  await Deno.remove(file);
  return text.trim().split("\n");
}

const OWN = '$(stat -L -c %d:%i "$0")';
const PRIORITIES = [7, 6, 4, 3];

Deno.test("if stderr is journald's stream, lines have their priority, and no time of their own", async () => {
  const lines = PRIORITIES.map((priority) => `<${priority}>main: said`);
  for (const format of ["text", "auto", "journal"]) {
    assertEquals(await logToJournal(OWN, format), lines, format);
  }
  const json = await logToJournal(OWN, "json");
  assertEquals(
    json.map((line) => line.slice(0, 4)),
    PRIORITIES.map((priority) => `<${priority}>{`),
  );
});

Deno.test("the journal has what a refused start prints as errors, each line", async () => {
  const url = new URL("../src/cli/terminal/output.ts", import.meta.url).href;
  const code = `import { printError } from "${url}"; await printError("refused\\nand why");`;
  assertEquals(await runWithJournal(OWN, code), ["<3>pppoe-proxy: refused", "<3>and why"]);
  assertEquals(await runWithJournal("1:2", code), ["pppoe-proxy: refused", "and why"]);
});

Deno.test("if another stream is journald's, lines have no priority", async () => {
  const [text] = await logToJournal("1:2");
  assertMatch(text, /^\d{4}-.* debug +main: said$/);
  assertEquals(JSON.parse((await logToJournal("1:2", "auto"))[0]).message, "said");
});

Deno.test("on a terminal the level has a colour and the message is bold; the text is the same", () => {
  const said = record("ready", { note: "\x1b[31m" });
  const line = formatColoured(said);
  assertStringIncludes(line, "\x1b[32minfo   \x1b[0m main: \x1b[1mready\x1b[0m note=");
  // deno-lint-ignore no-control-regex -- SGR sequences
  assertEquals(line.replace(/\x1b\[[\d;]*m/g, ""), formatText(said));
});

async function logInProcess(format: string, level: string, link = level): Promise<string[]> {
  const url = new URL("../src/log.ts", import.meta.url).href;
  const code = `import { configureLogging, logger } from "${url}";
    logger("main").error("too early");
    configureLogging({ level: "${level}", format: "${format}", topics: { link: "${link}" } });
    logger("link").debug("detail"); logger("main").info("ready", { interface: "wan0" });`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--ext=ts", code],
    cwd: new URL("..", import.meta.url).pathname,
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "");
  return new TextDecoder().decode(stderr).trim().split("\n");
}

Deno.test("the automatic format is JSON if stderr is not a terminal, and levels apply", async () => {
  const [line, ...more] = await logInProcess("auto", "info");
  assertEquals(more, []);
  assertEquals(JSON.parse(line).message, "ready");
});

Deno.test("the text format can be configured, and the level debug logs more", async () => {
  const [first, second] = await logInProcess("text", "debug");
  assertMatch(first, / debug +link: detail$/);
  assertMatch(second, / info +main: ready interface=wan0$/);
});

/** Runs code after `log` was configured; returns the messages on stderr. */
async function messagesOf(body: string): Promise<string[]> {
  const url = new URL("../src/log.ts", import.meta.url).href;
  const code = `import { configureLogging, discardingLog, logger } from "${url}";
    configureLogging({ level: "info", format: "json", topics: {} });
    const log = logger("main");
    ${body}`;
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--ext=ts", code],
    cwd: new URL("..", import.meta.url).pathname,
  }).output();
  const lines = new TextDecoder().decode(stderr).trim().split("\n");
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line).message);
}

Deno.test("lines keep their order, and a process that exits at once has written them all", async () => {
  const body = 'log.info("1"); log.info("2"); log.warning("3"); log.info("4"); Deno.exit(0);';
  assertEquals(await messagesOf(body), ["1", "2", "3", "4"]);
});

Deno.test("a warning is on stderr before the code after it can crash, with all lines before it", async () => {
  const crash = "Deno.kill(Deno.pid, 'SIGKILL');";
  assertEquals(await messagesOf(`log.info("1"); log.warning("2"); ${crash}`), ["1", "2"]);
});

Deno.test("discarded lines are never written, and those around them are", async () => {
  const body = 'log.info("1"); discardingLog(() => log.error("2")); log.info("3");';
  assertEquals(await messagesOf(body), ["1", "3"]);
});

Deno.test("a topic can have its own level", async () => {
  const lines = await logInProcess("text", "error", "debug");
  assertEquals(lines.length, 1);
  assertMatch(lines[0], / debug +link: detail$/);
});

Deno.test("the compiler refuses facts whose keys are in camel case, also through a variable", () => {
  const log = logger("main"); // nothing is logged before a configuration
  const facts = { "session_id": 1, sessionId: 1 };
  // @ts-expect-error -- a key in camel case
  log.debug("refused", { reason: "x", ...facts });
  // @ts-expect-error -- the same
  log.debug("refused", facts);
  log.debug("refused", { reason: "x", session_id: 1 });
});
