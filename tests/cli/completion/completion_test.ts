import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { bashCompletion } from "../../../src/cli/completion/completion_bash.ts";
import { fishCompletion } from "../../../src/cli/completion/completion_fish.ts";
import { zshCompletion } from "../../../src/cli/completion/completion_zsh.ts";
import { runCommand } from "../../lab/process.ts";
import { needing } from "../../needs.ts";
import { pppoeProxy, withFolder } from "../process.ts";

const ASK = new URL("./", import.meta.url).pathname;
const NAMES = COMMANDS.map(({ name }) => name);
const lines = (text: string) => text.split("\n").filter((line) => line !== "");

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
    await use(
      async (...line) =>
        lines(
          await runCommand(
            "timeout",
            "60",
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
      ];
      const completed = await ask(...expected.map(([typed]) => `pppoe-proxy ${typed}`));
      assertEquals(
        completed.map((line) => line.trimEnd()),
        expected.map(([, whole]) => `pppoe-proxy ${whole}`),
      );
    }),
}));
