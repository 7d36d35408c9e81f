/** A path that a test looks at. */
import type { PathSample } from "../../../src/daemon/paths/path_sample.ts";
import { PathTroubles } from "../../../src/daemon/paths/path_troubles.ts";

export const IN_FLIGHT = { segments: 0, bytes: 0, segment: 1_208, backoff: 0, received: 0 };
export const CLEAR: PathSample = {
  packets: { sent: 0, lost: 0 },
  confirmed: 0,
  inFlight: IN_FLIGHT,
  queued: 0,
  queueAge: 0,
  dropped: 0,
  offered: 0,
  received: 50,
  roundTrip: 20,
};

/** A path, and what a test does with it. */
interface WatchedPath {
  readonly troubles: PathTroubles;
  readonly peer: { readonly name: string };
  /** The tunnel that is looked at. */
  tunnel: object;
  readonly state: { now: number; second: number };
  look(sample: Partial<PathSample>): void;
  codes(): string[];
  words(): string;
}

/** The path of a tunnel of "north" at a clock; each look is a second after the last one. */
export function pathOf(): WatchedPath {
  const troubles = new PathTroubles();
  const peer = { name: "north" };
  const state = { now: 1_000_000, second: 0 };
  const look = (sample: Partial<PathSample>) => {
    state.now += 1_000;
    state.second++;
    troubles.look(peer, path.tunnel, { ...CLEAR, ...sample }, state.now);
  };
  const codes = () => troubles.conditions(state.now).map(({ code }) => code);
  const words = () => troubles.conditions(state.now).map((condition) => condition.words).join();
  const path: WatchedPath = { troubles, peer, tunnel: {}, state, look, codes, words };
  return path;
}
