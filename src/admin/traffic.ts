// deno-lint-ignore-file camelcase -- keys are those of the JSON
import {
  BYTES_FROM_WIRE,
  BYTES_TO_WIRE,
  FRAMES_FROM_WIRE,
  FRAMES_TO_WIRE,
} from "../proxy/session_table.ts";

/** What was carried: "up" is from the customer to the AC. */
export interface Traffic {
  frames_up: number;
  frames_down: number;
  bytes_up: number;
  bytes_down: number;
}

/** Counters of this side's wire as what went up and down: on a client's wire are the customers. */
export function trafficOf(
  mode: "server" | "client",
  counters: ArrayLike<number>,
  at = 0,
): Traffic {
  const fromWire = [counters[at + FRAMES_FROM_WIRE], counters[at + BYTES_FROM_WIRE]];
  const toWire = [counters[at + FRAMES_TO_WIRE], counters[at + BYTES_TO_WIRE]];
  const [up, down] = mode === "client" ? [fromWire, toWire] : [toWire, fromWire];
  return { frames_up: up[0], frames_down: down[0], bytes_up: up[1], bytes_down: down[1] };
}

/** Milliseconds as seconds; null for none. */
export function secondsOf(milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : milliseconds / 1_000;
}

/** Wall clock in milliseconds as a time; null for none. */
export function timeOf(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}
