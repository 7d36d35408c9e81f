import type { Lab } from "./lab.ts";
import { runCommand } from "./process.ts";
import { pppoeProxyCommand } from "./shipped.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
/** User and group "nobody", which owns nothing. */
export const NOBODY = 65_534;

/**
 * Whether this process can become another user: only root can, unless it is root in a user
 * namespace without that user.
 */
export function canBecomePlainUser(): boolean {
  const ranges = Deno.readTextFileSync("/proc/self/uid_map").trim().split("\n");
  return Deno.uid() === 0 && ranges.some((line) => {
    const [first, , count] = line.trim().split(/\s+/).map(Number);
    return first <= NOBODY && NOBODY < first + count;
  });
}

/** How to start Deno programs of this project as a user with one capability and nothing else. */
export interface PlainUser {
  /** Returns what to start in place of a program and its arguments. */
  enter(program: string, args: readonly string[]): [program: string, args: string[]];
  env: Record<string, string>;
}

/**
 * Gives the lab's folder to "nobody". Deno, its cache and this project may be in folders that
 * others cannot read, so they are bound read-only to a readable place, in this mount namespace
 * only.
 */
export async function plainUser(lab: Lab): Promise<PlainUser> {
  const place = await Deno.makeTempDir({ prefix: "pppoe-lab-plain-" });
  await Deno.chmod(place, 0o755);
  const { denoDir } = JSON.parse(await runCommand(Deno.execPath(), "info", "--json"));
  const started = await Deno.realPath(pppoeProxyCommand().program);
  const slash = started.lastIndexOf("/");
  const sources = { project: ROOT, cache: denoDir, bin: started.slice(0, slash) };
  const mounted: string[] = [];
  lab.use({
    async [Symbol.asyncDispose]() {
      for (const target of mounted) await runCommand("umount", "--lazy", target);
      // Not recursive: what is still mounted must stay.
      for (const name of Object.keys(sources)) await Deno.remove(`${place}/${name}`);
      await Deno.remove(place);
    },
  });
  for (const [name, source] of Object.entries(sources)) {
    const target = `${place}/${name}`;
    await Deno.mkdir(target);
    await runCommand("mount", "-o", "bind,ro", source, target);
    mounted.push(target);
  }
  await runCommand("chown", "-R", `${NOBODY}:${NOBODY}`, lab.folder);
  const only = (kind: string): string => `--${kind}=-all,+net_raw`;
  return {
    enter: (_program, args) => ["setpriv", [
      `--reuid=${NOBODY}`,
      `--regid=${NOBODY}`,
      "--clear-groups",
      only("inh-caps"),
      only("ambient-caps"),
      only("bounding-set"),
      "--no-new-privs",
      `${place}/bin${started.slice(slash)}`,
      ...args.map((arg) => arg.replace(ROOT, `${place}/project`)),
    ]],
    env: { DENO_DIR: `${place}/cache` },
  };
}
