import { acknowledgement, flipBit, resets, segmentIn } from "./tcp_meddling.ts";

/**
 * What a path does with the packets it gets:
 *
 * - `clear`: forwards them
 * - `dark`: drops everything silently
 * - `mute`: acknowledges and drops TCP's data, so that both ends believe that it has arrived
 * - `resetting`: resets the connection of any TCP data, at both ends
 * - `no-udp`: drops UDP
 * - `flipping`: flips a bit of every fourth TCP segment with data, with a correct checksum
 */
export const MOODS = ["clear", "dark", "mute", "resetting", "no-udp", "flipping"] as const;
export type Mood = typeof MOODS[number];

/** IPv4's number for UDP. */
const PROTOCOL_UDP = 17;
/** Share of the segments that have a bit flipped. */
const FLIPPED = 0.25;

/** Directions of a frame: on to its destination, or back to its source. */
export interface Ways {
  on(frame: Uint8Array): void;
  back(frame: Uint8Array): void;
}

/** Handles a frame, which may be changed, in any mood but `clear`. Random numbers are in [0, 1). */
export function meddle(mood: Mood, frame: Uint8Array, random: () => number, ways: Ways): void {
  if (mood === "dark") return;
  if (mood === "no-udp") return isUdp(frame) ? undefined : ways.on(frame);
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

/** Whether a frame carries UDP over IPv4. */
function isUdp(frame: Uint8Array): boolean {
  return frame[12] === 0x08 && frame[13] === 0x00 && frame[23] === PROTOCOL_UDP;
}
