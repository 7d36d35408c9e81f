import { assert, assertEquals } from "@std/assert";
import { cpuSince, cpuSnapshot } from "../../bench/process_figures.ts";
import { tryLoad } from "../../bench/trial.ts";
import { bridge } from "../lab/bridge.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import { PATIENCE } from "../until.ts";

Deno.test({
  name: "a load's frames are counted and timed, and the next load begins at zero",
  ignore: !insideLab(),
  sanitizeResources: false, // generator and sink stay for the next trial
  fn: async () => {
    await using lab = await Lab.open();
    await lab.cables();
    await bridge(lab, "lan0", "wan0");
    const flow = {
      from: "cust0",
      to: "ac0",
      source: 0x02_0000_0000_01,
      destination: 0x02_0000_0000_02,
    };
    const flows = [{ ...flow, id: 1 }, { ...flow, id: 2 }];
    for (const size of [64, 1510]) {
      const load = { flows, size, rate: 1_000, seconds: 0.2 };
      let trial = await tryLoad(load, [Deno.pid]);
      // On a busy machine a trial may end before the sink has had its turn.
      for (const end = performance.now() + PATIENCE; trial.received < 200;) {
        if (performance.now() > end) break;
        trial = await tryLoad(load, [Deno.pid]);
      }
      assertEquals([trial.sent, trial.received, trial.byFlow], [200, 200, [100, 100]]);
      assertEquals(trial.histogram.reduce((sum, count) => sum + count, 0), 200);
      assert(trial.p50 > 0 && trial.p50 <= trial.p99, `${trial.p50} ${trial.p99}`);
      assert(trial.cpu > 0);
    }
  },
});

Deno.test("CPU time that this process uses is seen", () => {
  const before = cpuSnapshot([Deno.pid]);
  const end = performance.now() + 20;
  while (performance.now() < end);
  const seconds = cpuSince(before, [Deno.pid]);
  assert(seconds > 0.001 && seconds < 10, `${seconds}`);
});
