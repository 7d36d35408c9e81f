import { insideLab, Lab } from "../lab.ts";
import { needing } from "../../needs.ts";
import { seededRandom } from "../relay/delay_line.ts";
import type { Faults } from "./fault.ts";
import { endure, settle } from "./invariants.ts";
import { type Line, openLine } from "./line.ts";

const SESSIONS = 20;
/** A tenth of the daemons' default waiting times. */
const PACE = 0.1;

/** Defines a test of faults, one after the other on one line; `after` is called after each. */
export function testFaults(
  name: string,
  faults: Faults,
  after: (fault: string, line: Line, since: ReadonlyMap<string, number>) => void = () => {},
): void {
  testLine(name, async (line, context) => {
    for (const [fault, it] of Object.entries(faults)) {
      const since = new Map([...line.clients].map(([name, { output }]) => [name, output.length]));
      await context.step(fault, async () => {
        await endure(line, it);
        after(fault, line, since);
      });
      await line.customers.fill(SESSIONS);
    }
  });
}

/** Defines a test on a line with sessions on two LANs; the invariants must hold at its end. */
export function testLine(
  name: string,
  use: (line: Line, context: Deno.TestContext) => Promise<void>,
): void {
  Deno.test(needing(["cc", "tc"], {
    name,
    ignore: !insideLab(),
    async fn(context) {
      await using lab = await Lab.open();
      const line = await openLine(lab, { random: seededRandom(1), pace: PACE });
      await line.customers.fill(SESSIONS);
      await settle(line);
      await use(line, context);
      await settle(line);
    },
  }));
}
