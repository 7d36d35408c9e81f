import { assertEquals } from "@std/assert";
import { withFolder } from "../../cli/process.ts";
import { insideLab } from "../../lab/namespace.ts";
import { canBecomePlainUser } from "../../lab/plain_user.ts";
import { runCommand } from "../../lab/process.ts";
import { needing, skipping } from "../../needs.ts";
import { compiled, compiledObstacle } from "../build.ts";
import { type StepResult, STEPS } from "./guest.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;
const HERE = "tests/compiled/systemd";
const NAMESPACES = ["--mount", "--pid", "--fork", "--net", "--ipc", "--uts", "--cgroup"];
/** Seconds after which the guest is killed. */
const LIFE = "150";

/** Boots the guest; returns the results of its steps. */
async function boot(folder: string): Promise<StepResult[]> {
  await Deno.copyFile(compiled, `${folder}/pppoe-proxy`);
  await Deno.mkdir(`${folder}/stage`);
  const { denoDir } = JSON.parse(await runCommand(Deno.execPath(), "info", "--json"));
  const guest = ["/run/lab/deno", "run", "-A", "--cached-only", "--no-check", "--quiet"];
  const { stdout, stderr } = await new Deno.Command("timeout", {
    args: [
      ...["--kill-after=5", LIFE, "unshare", ...NAMESPACES, "--kill-child"],
      ...["bash", `${ROOT}${HERE}/boot.sh`, `${folder}/stage`, ROOT],
      ...[await Deno.realPath(Deno.execPath()), denoDir, folder],
      ...[...guest, `/run/lab/project/${HERE}/guest.ts`],
    ],
    stdin: "null",
  }).output();
  const log = await Deno.readTextFile(`${folder}/log`).catch(() => "");
  const lines = log.split("\n").filter((line) => line.startsWith("{"));
  if (lines.length > 0) return lines.map((line) => JSON.parse(line));
  const decoder = new TextDecoder();
  throw new Error(
    `The guest reported no steps: ${log}${decoder.decode(stdout)}${decoder.decode(stderr)}`,
  );
}

const definition: Deno.TestDefinition = {
  name: "compiled: the unit works under a real systemd",
  ignore: !insideLab(),
  fn: (context) =>
    withFolder(async (folder) => {
      const results = new Map((await boot(folder)).map((result) => [result.step, result]));
      for (const step of Object.keys(STEPS)) {
        await context.step(step, () => assertEquals(results.get(step), { step }));
      }
    }),
};
const root = canBecomePlainUser() ? undefined : "root, to boot a system";
Deno.test(skipping(
  compiledObstacle,
  skipping(root, needing(["systemctl", "systemd-sysusers", "journalctl"], definition)),
));
