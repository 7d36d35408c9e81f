import { runCommand } from "./run_command.ts";

/**
 * The time that a release's files have, in seconds since 1970: $SOURCE_DATE_EPOCH
 * (reproducible-builds.org), or that of the last commit in `root`. Throws Error if both are unknown.
 */
export async function sourcesDate(root: string): Promise<number> {
  const given = Deno.env.get("SOURCE_DATE_EPOCH");
  const text = given ?? await runCommand("git", ["log", "-1", "--format=%ct"], { cwd: root })
    .catch((error: Error) => {
      throw new Error(`Cannot date the release: ${error.message}; set SOURCE_DATE_EPOCH`);
    });
  const time = Number(text.trim());
  if (Number.isSafeInteger(time) && time > 0) return time;
  throw new Error(`SOURCE_DATE_EPOCH is not a number of seconds since 1970: ${text.trim()}`);
}
