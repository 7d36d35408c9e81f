import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { explain, HELP_WIDTH, overview, usageLine } from "../../src/cli/help.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { gitCommit } from "../../src/git_commit.ts";
import { pppoeProxy } from "./process.ts";

const WRONG: [args: string[], message: string][] = [
  [[], "No command given"],
  [["chekc"], 'Unknown command "chekc"; did you mean "check"?'],
  [["help", "runn"], 'Unknown command "runn"; did you mean "run"?'],
  [["run", "--config"], 'Option "--config" needs a value: --config FILE'],
  [["run", "--confg", "x"], 'Unknown option "--confg"; did you mean "--config"?'],
  [["run", "-c", "x", "y"], 'Unexpected argument "y"'],
  [["version", "--jsno=1"], 'Unknown option "--jsno"; did you mean "--json"?'],
  [["keygen"], "Nothing to generate: use keygen secret FILE"],
  [["keygen", "secert"], 'Cannot generate "secert"; did you mean "secret"?'],
  [["keygen", "secret"], "No file given: keygen secret FILE"],
  [["keygen", "secret", "f", "--name", "x"], 'Option "--name" is for certificates'],
  [["keygen", "certificate"], 'Option "--name NAME" is missing'],
  [["keygen", "certificate", "--name", "a b"], 'Cannot use "a b"'],
  [["keygen", "certificate", "--name", "a", "--days", "0"], 'Cannot use "0" as days'],
  [["init"], "Nothing to set up: use init server or init client"],
  [["init", "sever"], 'Cannot use "sever" for a side; did you mean "server"?'],
  [["init", "server", "--from", "x"], 'Option "--from" is for init client'],
  [["init", "client", "--name", "x"], 'Option "--name" is for init server'],
  [["init", "client", "-c", "/tmp/none/x.toml"], 'Option "--from FILE" is missing'],
  [["add-client"], "No client given: add-client NAME"],
  [["add-client", "a/b"], 'Cannot use "a/b" as a name'],
  [["service"], "Nothing to do: use service install, service uninstall or service status"],
  [["service", "instal"], 'Cannot use "instal" for an action; did you mean "install"?'],
  [["service", "install", "-c", "x.toml"], 'Option "--config" is for service status'],
  [["service", "install", "--purge"], 'Option "--purge" is for service uninstall'],
  [["import"], "No file given: import FILE, or import - to read from standard input"],
  [
    ["import", "x", "--connect", "192.0.2.1"],
    'Cannot use "192.0.2.1" for --connect: "192.0.2.1" has no port',
  ],
  [["sessions", "--state", "opened"], 'Cannot use "opened" for --state; did you mean "open"?'],
  [["sessions", "-s", "/none", "--limit", "x"], 'Cannot use "x" for --limit'],
  [["padt", "--mac", "02:00:00:00:00:01"], 'Option "--session-id NUMBER" is missing'],
  [
    ["padt", "--mac", "ff:ff:ff:ff:ff:ff", "--session-id", "1"],
    'Cannot use "ff:ff:ff:ff:ff:ff" for --mac: expected a unicast MAC address',
  ],
  [
    ["padt", "--mac", "02:00:00:00:00:01", "--session-id", "0"],
    'Cannot use "0" for --session-id: expected a whole number from 1 to 65534',
  ],
  [["kick", "--mac", "zz"], 'Cannot use "zz" for --mac: expected a MAC address'],
  [["capture", "-w", "x", "--seconds", "0"], 'Cannot use "0" for --seconds: expected a whole'],
  [["history", "--points", "1"], 'Cannot use "1" for --points: expected a whole number from 2'],
  [["logs", "--lines", "0"], 'Cannot use "0" for --lines: expected a whole number from 1'],
  [["events", "--kind", "x"], 'Cannot use "x" for --kind; use one of '],
  [["log-level", "loud"], 'Cannot use "loud" for a level; use one of debug'],
  [
    ["kick"],
    "No session given: kick SESSION, --client NAME or --mac MAC; `pppoe-proxy sessions` lists them",
  ],
  [["discover"], 'Option "--interface INTERFACE" is missing'],
  [["discover", "-i", "x", "--timeout", "3"], 'Cannot use "3" as a duration'],
  [["discover", "-i", "x", "--host-uniq", "abc"], 'Cannot use "abc" as a Host-Uniq'],
];

for (const [args, message] of WRONG) {
  Deno.test(`"${args.join(" ")}" is an invalid command line`, async () => {
    const { code, stdout, stderr } = await pppoeProxy(args);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, `pppoe-proxy: ${message}`);
    const isKnown = COMMANDS.some(({ name }) => name === args[0]);
    const hint = `Run "pppoe-proxy ${isKnown ? `help ${args[0]}` : "help"}" for usage`;
    assertEquals(stderr.trimEnd().split("\n").at(-1), hint);
  });
}

Deno.test("help lists every command, and --help prints the help of each on stdout", async () => {
  const { code, stdout } = await pppoeProxy(["help"]);
  assertEquals(code, 0);
  for (const { summary } of COMMANDS) {
    assertStringIncludes(stdout.replace(/\n +/g, " "), summary);
  }
  for (const name of ["run", "capture", "help"]) {
    const [asked, flag] = await Promise.all([
      pppoeProxy(["help", name]),
      pppoeProxy([name, "--help"]),
    ]);
    assertEquals([flag.code, flag.stderr, flag.stdout], [0, "", asked.stdout]);
  }
});

Deno.test("the help of a command names each option", () => {
  for (const command of COMMANDS) {
    for (const { name } of command.options) assertStringIncludes(explain(command), `--${name}`);
  }
});

Deno.test("help has no line that is wider than a terminal of 80 columns", () => {
  for (const text of [overview(COMMANDS), ...COMMANDS.map(explain)]) {
    assertEquals(text.split("\n").filter((line) => line.length > HELP_WIDTH), []);
  }
});

Deno.test("the usage of a command has brackets around what it can do without", () => {
  const shown = (name: string) => COMMANDS.filter((it) => it.name === name).map(usageLine);
  assertEquals(shown("why"), ["pppoe-proxy why MAC [OPTIONS]"]);
  assertEquals(shown("sessions"), ["pppoe-proxy sessions [SESSION] [OPTIONS]"]);
  assertEquals(shown("keygen"), [
    "pppoe-proxy keygen secret|token|certificate [FILE] [OPTIONS]",
  ]);
});

Deno.test("version prints the version in deno.json and the commit, also as JSON", async () => {
  const manifest = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  const commit = gitCommit(new URL("../..", import.meta.url).pathname) ?? null;
  const short = commit === null ? "" : ` (${commit.slice(0, 12)})`;
  const text = `pppoe-proxy ${manifest.version}${short}\n`;
  assertEquals((await pppoeProxy(["--version"])).stdout, text);
  const json = JSON.parse((await pppoeProxy(["version", "--json"])).stdout);
  const { deno } = Deno.version;
  assertEquals([json.version, json.commit, json.deno], [manifest.version, commit, deno]);
});

Deno.test("without a daemon, commands that need one exit with code 3", async () => {
  for (const command of ["status", "sessions", "clients", "reload", "drain"]) {
    const { code, stdout, stderr } = await pppoeProxy([command, "--socket", "/none.sock"]);
    assertEquals([code, stdout], [3, ""]);
    assertStringIncludes(stderr, 'Cannot reach the daemon at "/none.sock"');
  }
});

const NO_FILE = "Cannot read the configuration: no such file";

Deno.test("without --config the default configuration is used, and one that is missing says what to do", async () => {
  for (const command of ["run", "check", "doctor"]) {
    const { code, stdout, stderr } = await pppoeProxy([command]);
    assertEquals([command, code], [command, 78]);
    const said = stdout + stderr;
    assertStringIncludes(said, NO_FILE);
    assertStringIncludes(said, "name another with --config FILE");
    if (command !== "doctor") assertStringIncludes(said, "/etc/pppoe-proxy/pppoe-proxy.toml: ");
  }
});

Deno.test("PPPOE_PROXY_CONFIG names the configuration unless --config does", async () => {
  const environment = { PPPOE_PROXY_CONFIG: "/no/environment.toml" };
  for (const command of ["run", "check", "reload"]) {
    const { code, stderr } = await pppoeProxy([command], environment);
    assertEquals([command, code], [command, 78]);
    assertStringIncludes(stderr, `/no/environment.toml: ${NO_FILE}; check the path`);
  }
  const given = await pppoeProxy(["check", "--config", "/no/option.toml"], environment);
  assertStringIncludes(given.stderr, `/no/option.toml: ${NO_FILE}`);
  const empty = await pppoeProxy(["check"], { PPPOE_PROXY_CONFIG: "" });
  assertStringIncludes(empty.stderr, "/etc/pppoe-proxy/pppoe-proxy.toml: ");
});

Deno.test("P4: an invalid configuration gives exit code 78 and a line per problem", async () => {
  const file = new URL("../config/invalid/trust.toml", import.meta.url).pathname;
  for (const command of ["run", "check"]) {
    const { code, stderr } = await pppoeProxy([command, "--config", file]);
    const lines = stderr.trim().split("\n");
    assertEquals([code, lines.length], [78, 4]);
    for (const line of lines) assertMatch(line, /^pppoe-proxy: .*trust\.toml:\d+: tunnel/);
  }
});
