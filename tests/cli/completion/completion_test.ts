import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { bashCompletion } from "../../../src/cli/completion/completion_bash.ts";
import { fishCompletion } from "../../../src/cli/completion/completion_fish.ts";
import { zshCompletion } from "../../../src/cli/completion/completion_zsh.ts";
import { withDaemon } from "../../admin/daemon.ts";
import { runCommand } from "../../lab/process.ts";
import { dial } from "../../proxy/dial.ts";
import { needing } from "../../needs.ts";
import { pppoeProxy, withFolder } from "../process.ts";

const ASK = new URL("./", import.meta.url).pathname;
const NAMES = COMMANDS.map(({ name }) => name);
const lines = (text: string) => text.split("\n").filter((line) => line !== "");

/** Stands in for the program: the words of a daemon, of which one must not be expanded. */
const PROGRAM = `#!/bin/sh
case "$*" in
    "completion mac --socket /run/a.sock") printf '%s\\n' 02:00:00:00:00:01 02:00:00:00:00:02 03:00:00:00:00:01 ;;
    "completion session") printf '%s\\n' branch-1.12 branch-1.7 ;;
    "completion client") printf '%s\\n' branch-1 'x$(exit)' ;;
esac
`;

/**
 * Writes the script to a file and runs `use` with a function that asks the shell for completions.
 */
async function withShell(
  shell: string,
  script: string,
  use: (ask: (...line: string[]) => Promise<string[]>, folder: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/script`, script);
    await Deno.writeTextFile(`${folder}/pppoe-proxy`, PROGRAM, { mode: 0o755 });
    await use(
      async (...line) =>
        lines(
          await runCommand(
            "timeout",
            "60",
            "env",
            `PATH=${folder}:${Deno.env.get("PATH")}`,
            shell,
            `${ASK}ask.${shell}`,
            `${folder}/script`,
            ...line,
          ),
        ),
      folder,
    );
  });
}

for (const shell of ["bash", "zsh", "fish"] as const) {
  Deno.test(`completion ${shell} prints a script that names every command`, async () => {
    const { code, stdout, stderr } = await pppoeProxy(["completion", shell]);
    assertEquals([code, stderr], [0, ""]);
    for (const { name } of COMMANDS) assertStringIncludes(stdout, name);
  });

  Deno.test(needing([shell], {
    name: `${shell} parses the output of completion ${shell}`,
    fn: () =>
      withFolder(async (folder) => {
        const { stdout } = await pppoeProxy(["completion", shell]);
        await Deno.writeTextFile(`${folder}/script`, stdout);
        assertEquals(await runCommand(shell, "-n", `${folder}/script`), "");
      }),
  }));
}

Deno.test("live words are those of the selected daemon, and none without one", () =>
  withDaemon({}, async ({ path, socket }) => {
    await dial(path, { id: 7 });
    const words = async (kind: string, ...args: string[]) => {
      const { code, stdout, stderr } = await pppoeProxy(["completion", kind, ...args]);
      assertEquals([code, stderr], [0, ""]);
      return lines(stdout);
    };
    assertEquals(await words("client", "--socket", socket), ["branch-1"]);
    assertEquals(await words("server", "--socket", socket), []);
    assertEquals(await words("session", "--socket", socket), ["branch-1.1"]);
    assertEquals((await words("mac", "--socket", socket)).length, 2);
    assertEquals(await words("session", "--socket", `${socket}.none`), []);
    assertEquals(await words("mac", "--config", "/no/such.toml"), []);
  }));

Deno.test(needing(["bash"], {
  name: "bash completes all commands, their options and the values of these",
  fn: () =>
    withShell("bash", bashCompletion(COMMANDS), async (ask, folder) => {
      const offered = (...words: string[]) => ask("pppoe-proxy", ...words);
      assertEquals(await offered(""), NAMES);
      for (const { name, options } of COMMANDS) {
        const flags = [...options.map((option) => `--${option.name}`), "--help"];
        assertEquals(await offered(name, "-"), flags);
      }
      assertEquals(await offered("ch"), ["check"]);
      assertEquals(await offered("keygen", "cer"), ["certificate"]);
      assertEquals(await offered("keygen", "--name", "=", "x", "cer"), ["certificate"]);
      assertEquals(await offered("keygen", "secret", `${folder}/scr`), [`${folder}/script`]);
      assertEquals(await offered("run", "--config", `${folder}/scr`), [`${folder}/script`]);
      assertEquals(await offered("run", "--config", "=", `${folder}/scr`), [`${folder}/script`]);
      assertEquals(await offered("sessions", "--state", ""), ["open", "held"]);
      assertEquals(await offered("discover", "-i", "l"), ["lo"]);
      assertEquals(await offered("help", "log-"), ["log-level"]);
      assertEquals(await offered("sessions", "--limit", ""), []);
      assertEquals(await offered("kick", "branch-1.1"), ["branch-1.12"]);
      assertEquals(await offered("kick", "branch-1.12", ""), ["branch-1.12", "branch-1.7"]);
      assertEquals(await offered("kick", "--client", ""), ["branch-1", "x\\$\\(exit\\)"]);
      const macs = ["kick", "--socket", "=", "/run/a.sock", "--mac"];
      assertEquals(await offered(...macs, "03"), ["03:00:00:00:00:01"]);
      // As bash splits it: what follows the last colon is replaced.
      assertEquals(await offered(...macs, "02", ":", "00", ":", "0"), [
        "00:00:00:01",
        "00:00:00:02",
      ]);
      assertEquals(await offered("kick", "--mac", ""), []); // no such daemon
    }),
}));

Deno.test(needing(["fish"], {
  name: "fish completes all commands, their options and the values of these",
  fn: () =>
    withShell("fish", fishCompletion(COMMANDS), async (ask, folder) => {
      const offered = async (line: string) => (await ask(`pppoe-proxy ${line}`)).toSorted();
      assertEquals(await offered(""), NAMES.toSorted());
      for (const { name, options } of COMMANDS) {
        const flags = [...options.map((option) => `--${option.name}`), "--help"];
        assertEquals(await offered(`${name} --`), flags.toSorted());
      }
      assertEquals(await offered("keygen cer"), ["certificate"]);
      assertEquals(await offered(`run --config ${folder}/scr`), [`${folder}/script`]);
      assertEquals(await offered("sessions --state "), ["held", "open"]);
      assertEquals(await offered("discover -i l"), ["lo"]);
      assertEquals(await offered("help log-"), ["log-level"]);
      assertEquals(await offered("sessions --limit "), []);
      assertEquals(await offered("kick branch-1.1"), ["branch-1.12"]);
      assertEquals(await offered("kick --client bra"), ["branch-1"]);
      assertEquals(await offered("kick -s /run/a.sock --mac 03"), ["03:00:00:00:00:01"]);
      assertEquals(await offered("kick --mac "), []);
    }),
}));

Deno.test(needing(["zsh"], {
  name: "zsh completes commands, their options and the values of these",
  fn: () =>
    withShell("zsh", zshCompletion(COMMANDS), async (ask, folder) => {
      const expected: [typed: string, completed: string][] = [
        ...NAMES.map((name): [string, string] => [`${name} --hel`, `${name} --help`]),
        ["che", "check"],
        ["keygen cer", "keygen certificate"],
        [`run --config ${folder}/scr`, `run --config ${folder}/script`],
        ["padt --ses", "padt --session-id="],
        ["sessions --state he", "sessions --state held"],
        ["discover -i l", "discover -i lo"],
        ["help log-", "help log-level"],
        ["sessions --limit ", "sessions --limit"],
        ["kick branch-1.1", "kick branch-1.12"],
        ["kick --client bra", "kick --client branch-1"],
        ["kick -s /run/a.sock --mac 03", "kick -s /run/a.sock --mac 03:00:00:00:00:01"],
      ];
      const completed = await ask(...expected.map(([typed]) => `pppoe-proxy ${typed}`));
      assertEquals(
        completed.map((line) => line.trimEnd()),
        expected.map(([, whole]) => `pppoe-proxy ${whole}`),
      );
    }),
}));
