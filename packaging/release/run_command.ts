/**
 * Runs a program; returns what it printed. Throws Error with its reason if it fails or cannot be
 * started.
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env" | "clearEnv"> = {},
): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], stdin: "null", ...options });
  const ended = await Promise.try(() => command.output()).catch((error) => {
    throw new Error(`cannot start ${program}: ${error instanceof Error ? error.message : error}`);
  });
  const decoder = new TextDecoder();
  if (ended.success) return decoder.decode(ended.stdout);
  throw new Error(`${program} ${args[0] ?? ""} failed: ${reasonIn(decoder.decode(ended.stderr))}`);
}

/** What a failed program said, on one line: from its first error on, without a backtrace. */
function reasonIn(text: string): string {
  const [said = ""] = text.trim().split(/\n\s*Stack backtrace:/);
  const lines = said.slice(Math.max(0, said.search(/^error/m))).split("\n");
  return lines.slice(0, LINES).map((line) => line.trim()).filter(Boolean).join(" ");
}

/** Lines of a failed program that are shown. */
const LINES = 6;
