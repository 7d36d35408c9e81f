/** Boots a system with systemd in namespaces, and runs a list of steps in it. */
import { assertEquals } from "@std/assert";
import { canBecomePlainUser } from "../../lab/plain_user.ts";
import { runCommand } from "../../lab/process.ts";
import { needing, type Program, skipping } from "../../needs.ts";
import { withFolder } from "../../cli/process.ts";
import { insideLab } from "../../lab/namespace.ts";
import { compiledObstacle } from "../build.ts";
import { keepLog } from "./guest_log.ts";
import type { StepResult, Steps } from "./steps.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;
const HERE = "tests/compiled/systemd";
const NAMESPACES = ["--mount", "--pid", "--fork", "--net", "--ipc", "--uts", "--cgroup"];
/**
 * Runs a command in a control group of its own: guests that run at the same time would otherwise find,
 * and kill, each other's services in the group that both take for the top.
 */
const OWN_GROUP = `mount --make-rprivate / && mount -t cgroup2 cgroup2 /mnt || exit
own=/mnt/pppoe-proxy-$$
mkdir "$own" && echo $$ >"$own/cgroup.procs" || exit
"$@"
code=$?
echo $$ >/mnt/cgroup.procs
find "$own" -depth -type d -exec rmdir {} \\;
exit $code`;
/** Seconds after which the guest is killed. */
const LIFE = "400";

/**
 * Boots the guest, which sees `folder` as /run/lab/out and runs the steps of the file `guest`; returns
 * their results.
 */
async function boot(folder: string, guest: string): Promise<StepResult[]> {
  await Deno.mkdir(`${folder}/stage`);
  const { denoDir } = JSON.parse(await runCommand(Deno.execPath(), "info", "--json"));
  const run = ["/run/lab/deno", "run", "-A", "--cached-only", "--no-check", "--quiet"];
  const { stdout, stderr } = await new Deno.Command("timeout", {
    args: [
      ...["--kill-after=5", LIFE, "unshare", "--mount", "sh", "-c", OWN_GROUP, "sh"],
      ...["unshare", ...NAMESPACES, "--kill-child"],
      ...["bash", `${ROOT}${HERE}/boot.sh`, `${folder}/stage`, ROOT],
      ...[await Deno.realPath(Deno.execPath()), denoDir, folder],
      ...[...run, `/opt/lab/project/${HERE}/${guest}`],
    ],
    stdin: "null",
  }).output();
  const log = await keepLog(folder, guest);
  const lines = log.split("\n").filter((line) => line.startsWith("{"));
  if (lines.length > 0) return lines.map((line) => JSON.parse(line));
  const decoder = new TextDecoder();
  throw new Error(
    `The guest reported no steps: ${log}${decoder.decode(stdout)}${decoder.decode(stderr)}`,
  );
}

/** A test that boots a guest. */
export interface GuestTest {
  name: string;
  /** Programs that it needs besides systemd's. */
  programs?: readonly Program[];
  /** File in this folder that runs the steps. */
  guest: string;
  steps: Steps;
  /** Puts files for the guest into its folder. */
  prepare: (folder: string) => Promise<void>;
}

/** Defines the test; each step of the guest is a step of it. */
export function testGuest({ name, programs = [], guest, steps, prepare }: GuestTest): void {
  const definition: Deno.TestDefinition = {
    name,
    ignore: !insideLab(),
    fn: (context) =>
      withFolder(async (folder) => {
        await prepare(folder);
        const results = new Map((await boot(folder, guest)).map((result) => [result.step, result]));
        for (const step of Object.keys(steps)) {
          await context.step(step, () => assertEquals(results.get(step), { step }));
        }
      }),
  };
  const root = canBecomePlainUser() ? undefined : "root, to boot a system";
  const needed: Program[] = ["systemctl", "systemd-sysusers", "journalctl", ...programs];
  Deno.test(skipping(compiledObstacle, skipping(root, needing(needed, definition))));
}
