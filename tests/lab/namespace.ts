/**
 * Private network namespaces. Interfaces made inside are not visible outside, and disappear with
 * the last process of the namespace. An ordinary user gets one inside a user namespace (unshare(1),
 * user_namespaces(7)).
 */

import { installed } from "./process.ts";

/**
 * PATH with `sbin` next to each `bin`: ordinary users' PATH often lacks the folder of pppoe, pppd
 * and ip.
 */
function systemPath(): string {
  const folders = (Deno.env.get("PATH") ?? "/usr/bin:/bin").split(":");
  const further = folders.filter((name) => /\/bin$/.test(name)).map((name) =>
    name.replace(/bin$/, "sbin")
  );
  return [...new Set([...folders, ...further])].join(":");
}

/** Environment variable that marks processes inside. */
const MARK = "PPPOE_TEST_LAB";

/** Whether this process runs in a namespace made by {@linkcode runInNamespace}. */
export function insideLab(): boolean {
  return Deno.env.get(MARK) === "1";
}

/** Ways to create a namespace, in order of increasing side effects. */
const WAYS: readonly (readonly string[])[] = [
  ["--net", "--mount"],
  ["--user", "--map-root-user", "--net", "--mount"],
];

const REFUSED = `Cannot make a private network namespace: root's method (unshare --net) and the
ordinary user's (unshare --user --map-root-user --net) were both refused.
Run as root with CAP_SYS_ADMIN, or allow user namespaces on this machine:
  sysctl kernel.unprivileged_userns_clone=1               (Debian)
  sysctl kernel.apparmor_restrict_unprivileged_userns=0   (Ubuntu)
In a container, start it with --privileged.`;

/**
 * Mounts sysfs, which shows the interfaces of the namespace it was mounted in; a failure is
 * ignored. Without iproute2, `lo` is down until a lab is opened.
 */
const PREPARE = 'mount -t sysfs sysfs /sys 2>/dev/null; ip link set lo up 2>/dev/null; exec "$@"';
/** The same, with all output to the file $1. */
const PREPARE_FILE = `exec >"$1" 2>&1; shift; ${PREPARE}`;

/** Returns what this machine lacks for labs; undefined if it can run them. */
export async function labObstacle(): Promise<string | undefined> {
  if (!installed("unshare")) return "unshare, Debian's package util-linux";
  if (await firstPossible() === undefined) return "permission to make a private network namespace";
  if (!installed("ip", systemPath())) return "ip, Debian's package iproute2";
  return undefined;
}

/**
 * Runs Deno with these arguments in a new private namespace, and forwards signals to it. Its output
 * goes to this process's, or to the file at `output`. No pipe takes it: a process left behind that
 * holds a pipe would delay the end.
 *
 * @returns The exit code; 1 with a message on stderr if namespaces are refused.
 */
export async function runInNamespace(
  args: readonly string[],
  output?: string,
): Promise<number> {
  const way = await firstPossible();
  if (way === undefined) {
    await Deno.stderr.write(new TextEncoder().encode(`${REFUSED}\n`));
    return 1;
  }
  const env = { [MARK]: "1", PATH: systemPath() };
  const script = output === undefined ? [PREPARE, "sh"] : [PREPARE_FILE, "sh", output];
  return await run("unshare", [...way, "sh", "-c", ...script, Deno.execPath(), ...args], env);
}

/** Runs Deno with these arguments in the current namespace, without labs. */
export async function runDeno(args: readonly string[]): Promise<number> {
  return await run(Deno.execPath(), args, { [MARK]: "0" });
}

async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<number> {
  const stdio = "inherit";
  const child = new Deno.Command(program, {
    ...{ args: [...args], env, stdin: stdio, stdout: stdio, stderr: stdio },
  }).spawn();
  const forward = () => child.kill("SIGTERM");
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, forward);
  const { code } = await child.status;
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, forward);
  return code;
}

async function firstPossible(): Promise<readonly string[] | undefined> {
  for (const way of WAYS) {
    const probe = new Deno.Command("unshare", {
      args: [...way, "true"],
      stdout: "null",
      stderr: "null",
    });
    const { success } = await Promise.try(() => probe.output()).catch(() => ({ success: false }));
    if (success) return way;
  }
  return undefined;
}
