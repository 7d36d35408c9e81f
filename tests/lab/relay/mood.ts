import { acknowledgement, flipBit, resets, segmentIn } from "./tcp_meddling.ts";

/**
 * What a path does with what comes:
 *
 * - `clear`: carries it
 * - `dark`: nothing passes, and nobody is told
 * - `mute`: TCP's data is acknowledged and thrown away, so that both ends believe it has arrived
 * - `resetting`: who sends TCP data has the connection reset, at both ends
 * - `flipping`: every fourth TCP segment with data has a bit flipped, under a right checksum
 */
export const MOODS = ["clear", "dark", "mute", "resetting", "flipping"] as const;
export type Mood = typeof MOODS[number];

/** Share of the segments that have a bit flipped. */
const FLIPPED = 0.25;

/** Where a frame can go: on to whom it is for, or back to whom it came from. */
export interface Ways {
  on(frame: Uint8Array): void;
  back(frame: Uint8Array): void;
}

/** Deals with a frame, which may be changed, in any mood but `clear`. Random numbers are in [0, 1). */
export function meddle(mood: Mood, frame: Uint8Array, random: () => number, ways: Ways): void {
  if (mood === "dark") return;
  const segment = segmentIn(frame);
  const hasData = segment !== undefined && segment.end > segment.payload;
  if (mood === "mute") {
    if (segment === undefined) ways.on(frame);
    else if (hasData) ways.back(acknowledgement(frame, segment));
    return;
  }
  if (!hasData) return ways.on(frame);
  if (mood === "resetting") {
    const { toReceiver, toSender } = resets(frame, segment);
    ways.on(toReceiver);
    return ways.back(toSender);
  }
  if (random() < FLIPPED) flipBit(frame, segment, random);
  ways.on(frame);
}
