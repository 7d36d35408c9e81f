import type { Totals, Tunnel } from "./response_schema.ts";
import type { Traffic, TrafficRates } from "./traffic.ts";

/** Returns the sums over all tunnels, so that a page of one need not ask for all. Pure. */
export function totalsOf(tunnels: readonly Tunnel[]): Totals {
  const up = tunnels.filter((tunnel) => tunnel.up);
  const roundTrips = up.map(({ rtt_seconds }) => rtt_seconds).filter((rtt) => rtt !== null);
  const sum = (key: keyof Traffic | keyof TrafficRates): number =>
    tunnels.reduce((total, tunnel) => total + tunnel[key], 0);
  return {
    tunnels: tunnels.length,
    tunnels_up: up.length,
    rtt_min_seconds: extreme(roundTrips, (one, other) => one < other),
    rtt_max_seconds: extreme(roundTrips, (one, other) => one > other),
    frames_up: sum("frames_up"),
    frames_down: sum("frames_down"),
    bytes_up: sum("bytes_up"),
    bytes_down: sum("bytes_down"),
    frames_up_per_second: sum("frames_up_per_second"),
    frames_down_per_second: sum("frames_down_per_second"),
    bytes_up_per_second: sum("bytes_up_per_second"),
    bytes_down_per_second: sum("bytes_down_per_second"),
  };
}

function extreme(
  values: readonly number[],
  isBefore: (one: number, other: number) => boolean,
): number | null {
  return values.reduce<number | null>(
    (best, value) => best === null || isBefore(value, best) ? value : best,
    null,
  );
}
