import type { PathSample } from "./path_sample.ts";

/** Number of looks, about one a second, over which losses are counted. */
const LOOKS = 10;
/** Number of lost packets, and of looks with one, that are no chance and no single burst. */
const MIN_LOST = 8;
const MIN_LOSSY_LOOKS = 3;
/** Share of lost packets that is a problem; a TCP connection that fills its path loses less. */
const TOO_MUCH = 0.03;
/** Share from which on nothing gets through: such a path is down, not lossy. */
const DOWN = 0.95;

/** Share of a path's packets that are lost; undefined while it is small. Pure. */
export class LossMeter {
  #last: PathSample["packets"];
  /** Packets sent and lost between looks; the latest is last. */
  #sent: number[] = [];
  #lost: number[] = [];

  /** Looks at a path; call it about once a second. */
  look({ packets }: Pick<PathSample, "packets">): number | undefined {
    const last = this.#last;
    this.#last = packets;
    if (packets === undefined || last === undefined) return undefined;
    // What was taken for lost may arrive late.
    push(this.#sent, packets.sent - last.sent);
    push(this.#lost, packets.lost - last.lost);
    const [sent, lost] = [sum(this.#sent), sum(this.#lost)];
    const lossyLooks = this.#lost.filter((count) => count > 0).length;
    if (lost < MIN_LOST || lossyLooks < MIN_LOSSY_LOOKS) return undefined;
    const share = lost / sent;
    return share >= TOO_MUCH && share < DOWN ? share : undefined;
  }
}

function push(counts: number[], count: number): void {
  counts.push(count);
  if (counts.length > LOOKS) counts.shift();
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
