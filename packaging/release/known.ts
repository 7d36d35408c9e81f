import type { Known } from "./contents.ts";
import { runCommand } from "./run_command.ts";

/** Name and version in a key of deno.lock, before the versions of peers. */
const KEY = /^(@?[^@]+@[^_]+)/;

/** Reads what Deno and deno.lock know of the npm packages that `entry` in `root` imports. */
export async function readKnown(root: string, entry: string): Promise<Known> {
  const text = await runCommand(Deno.execPath(), ["info", "--json", entry], { cwd: root });
  const packages = Object.values<{ name: string; version: string; localPath: string }>(
    JSON.parse(text).npmPackages,
  );
  const locked = JSON.parse(await Deno.readTextFile(`${root}/deno.lock`)).npm ?? {};
  const integrity = Object.entries<{ integrity?: string }>(locked).map(([key, one]) =>
    [KEY.exec(key)?.[1] ?? key, one.integrity ?? ""] as const
  );
  return {
    folders: new Map(packages.map((one) => [`${one.name}@${one.version}`, one.localPath])),
    integrity: new Map(integrity),
  };
}
