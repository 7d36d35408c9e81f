// deno-lint-ignore-file camelcase -- keys are those of the JSON
import {
  BYTES_FROM_WIRE,
  BYTES_TO_WIRE,
  FRAMES_FROM_WIRE,
  FRAMES_TO_WIRE,
} from "../../proxy/session/session_table.ts";

/** Carried traffic: "up" is from the customer to the AC. */
export interface Traffic {
  frames_up: number;
  frames_down: number;
  bytes_up: number;
  bytes_down: number;
}

/** Converts counters of this side's wire to up and down: a client's wire is the customers' side. */
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

/** Traffic per second. */
export interface TrafficRates {
  frames_up_per_second: number;
  frames_down_per_second: number;
  bytes_up_per_second: number;
  bytes_down_per_second: number;
}

/** Converts rates of this side's wire likewise; frames to a tenth, bytes to whole ones. */
export function ratesOf(mode: "server" | "client", counters: ArrayLike<number>): TrafficRates {
  const { frames_up, frames_down, bytes_up, bytes_down } = trafficOf(mode, counters);
  return {
    frames_up_per_second: Math.round(frames_up * 10) / 10,
    frames_down_per_second: Math.round(frames_down * 10) / 10,
    bytes_up_per_second: Math.round(bytes_up),
    bytes_down_per_second: Math.round(bytes_down),
  };
}

/** Converts milliseconds to seconds; undefined becomes null. */
export function secondsOf(milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : milliseconds / 1_000;
}

/** Converts a wall-clock time in milliseconds to ISO 8601; undefined becomes null. */
export function timeOf(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}
