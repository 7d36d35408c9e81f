import type { PathSample } from "./path_sample.ts";

/** Number of the last looks, about one a second, over which drops are counted. */
const LOOKS = 5;
/** Number of drops, and of looks with one, that are no single burst. */
const MIN_DROPPED = 8;
const MIN_DROPPING_LOOKS = 3;
/** Share of dropped frames that is a problem; TCP in a session that fills the path causes less. */
const TOO_MUCH = 0.03;

/** Share of the frames for a peer that are dropped here; undefined while it is small. Pure. */
export class DropMeter {
  #last: number | undefined;
  /** Frames dropped and offered between looks; the latest is last. */
  #looks: { readonly dropped: number; readonly offered: number }[] = [];

  /** Looks at a path; call it about once a second. On one that is down, drops say nothing. */
  look(
    { dropped, offered }: Pick<PathSample, "dropped" | "offered">,
    isAlive: boolean,
  ): number | undefined {
    const since = dropped - (this.#last ?? Infinity);
    this.#last = dropped;
    this.#looks.push({ dropped: isAlive ? Math.max(0, since) : 0, offered });
    if (this.#looks.length > LOOKS) this.#looks.shift();
    const total = this.#looks.reduce((sum, look) => sum + look.dropped, 0);
    const dropping = this.#looks.filter((look) => look.dropped > 0).length;
    if (total < MIN_DROPPED || dropping < MIN_DROPPING_LOOKS) return undefined;
    const frames = this.#looks.reduce((sum, look) => sum + look.offered, 0);
    const share = Math.min(1, total / frames);
    return share >= TOO_MUCH ? share : undefined;
  }
}
