/** Many sessions on an in-memory path: its limits, and customers that dial them. */
import type { ProxyLimits } from "../../src/proxy/session/proxy_options.ts";
import type { Path } from "../proxy/path.ts";
import { Segment } from "../proxy/segment.ts";

/** Limits of a path for many sessions: its clock stands still, so that no burst is ever refilled. */
export const MANY: Partial<ProxyLimits> = {
  sessions: 20_000,
  pendingDiscoveries: 100_000,
  padiRate: 1_000_000,
  padiBurst: 1_000_000,
  padiRatePerMac: 1_000,
  padiBurstPerMac: 1_000,
};
/** Steps of the path's clock, in milliseconds, and how many of them dialling may take. */
const STEP = 10;
const STEPS = 100;

/** Dials as many sessions as `count`, spread evenly over the clients. */
export async function dialMany(path: Path, count: number): Promise<void> {
  const segment = new Segment(path, Math.ceil(count / path.customers.length));
  segment.customers.length = count;
  for (let step = 0; step < STEPS && segment.online < count; step++) await segment.pass(STEP);
  if (segment.online < count) throw new Error(`${segment.online} of ${count} sessions are open`);
}
