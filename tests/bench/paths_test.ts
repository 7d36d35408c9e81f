import { assertEquals } from "@std/assert";
import { dialSessions } from "../../bench/dial.ts";
import { layKernelBridge } from "../../bench/kernel_bridge.ts";
import { layOpenVpn } from "../../bench/openvpn.ts";
import { type RunningPath, startDaemons, startReference } from "../../bench/paths.ts";
import { returnRig, takeRig } from "../../bench/trial.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import { needing, type Program } from "../needs.ts";

/** Ways to carry frames, and the programs that they need. */
const WAYS: readonly [string, (lab: Lab) => Promise<RunningPath>, Program[]][] = [
  ["pppoe-proxy", startDaemons, []],
  ["the plain forwarder", startReference, []],
  ["a kernel bridge", layKernelBridge, ["ip"]],
  ["OpenVPN", layOpenVpn, ["ip", "openvpn"]],
];

for (const [name, lay, programs] of WAYS) {
  Deno.test(needing(programs, {
    name: `bench: ${name} carries sessions and full frames both ways`,
    ignore: !insideLab(),
    sanitizeResources: false, // generator and sink stay for the next trial
    fn: async () => {
      await using lab = await Lab.open();
      const { pids } = await lay(lab);
      const { up, down, times } = await dialSessions({ sessions: 2 });
      assertEquals(times.length, 2);
      const rig = takeRig();
      for (const flows of [up, down]) {
        const trial = await rig.try({ flows, size: 1510, rate: 200, seconds: 0.2 }, pids);
        assertEquals([trial.sent, trial.byFlow], [40, [20, 20]]);
      }
      await returnRig(rig);
    },
  }));
}
