import type { PathOptions } from "../tests/lab/relay/delay_line.ts";
import type { LongPath } from "../tests/lab/relay/long_path.ts";

/** A path's conditions, the same in both directions. */
export interface PathCondition {
  /** Selects it with `--only`. */
  readonly key: string;
  readonly name: string;
  readonly options: Partial<PathOptions>;
  /** What the path was until a few seconds before. */
  readonly before?: Partial<PathOptions>;
}

/** Time for tunnels to settle in the conditions before, in milliseconds. */
const SETTLE = 2_000;

/** A line of 100 Mbit/s whose queue holds 50 ms. */
const LINE: Required<PathOptions> = {
  delay: 20,
  loss: 0,
  burst: 1,
  jitter: 0,
  reorder: 0,
  rate: 100e6,
  queue: 50,
  largest: 1_500,
};

const SHORT = { delay: 1 };

/** The conditions, in an order in which what follows suffers least from what was before. */
export const PATH_CONDITIONS: readonly PathCondition[] = [
  { key: "200ms", name: "200 ms", options: { delay: 100 } },
  { key: "40ms", name: "40 ms", options: {} },
  { key: "loss-0.1", name: "40 ms, 0.1 % loss", options: { loss: 0.001 } },
  { key: "loss-1", name: "40 ms, 1 % loss", options: { loss: 0.01 } },
  { key: "loss-2", name: "40 ms, 2 % loss", options: { loss: 0.02 } },
  { key: "bursts", name: "40 ms, 1 % loss in bursts of 8", options: { loss: 0.01, burst: 8 } },
  { key: "jitter", name: "40 ms, jitter of 10 ms", options: { jitter: 10 } },
  { key: "reorder", name: "40 ms, 1 % overtaken", options: { reorder: 0.01 } },
  {
    key: "bufferbloat",
    name: "40 ms, 20 Mbit/s, queue of 1 s",
    options: { rate: 20e6, queue: 1_000 },
  },
  { key: "100k", name: "40 ms, 100 kbit/s", options: { rate: 100e3, queue: 1_000 } },
  { key: "2ms", name: "2 ms", options: SHORT },
  { key: "jump", name: "2 ms, then 40 ms", options: {}, before: SHORT },
  { key: "mtu", name: "40 ms, nothing over 1,280 bytes", options: { largest: 1_280 } },
];

/** Returns the path that a tunnel is set up on before it is measured in these conditions. */
export function firstPath({ options, before }: PathCondition): PathOptions {
  return { ...LINE, ...(before ?? options) };
}

/** Puts a path into these conditions. */
export async function applyCondition(
  path: Pick<LongPath, "change">,
  { options, before }: PathCondition,
): Promise<void> {
  if (before !== undefined) {
    await path.change({ ...LINE, ...before });
    await new Promise((resolve) => setTimeout(resolve, SETTLE));
  }
  await path.change({ ...LINE, ...options });
}
