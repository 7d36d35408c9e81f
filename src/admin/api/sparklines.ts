import type { Daemon } from "../../daemon/daemon.ts";
import { type Plan, type Reading, valuesOf } from "../../history/reading.ts";
import { joinedReadings } from "./joined_readings.ts";
import { type Client, peerOf, type Session } from "./response_schema.ts";

/** The time that a sparkline shows, in milliseconds. */
const SHOWN = 3_600_000;

/** Plans the last hour in equal parts, of which the last has begun. */
function planOf({ history }: Daemon, points: number, isSession: boolean): Plan {
  const now = Date.now();
  const from = now - SHOWN * (points - 1) / points;
  return history.plan({ from, to: now, points }, now, isSession);
}

/** Adds the last hour in so many points to each client. */
export async function addClientSparklines(
  daemon: Daemon,
  rows: readonly Client[],
  { sparkline: points }: { sparkline?: number | undefined },
): Promise<void> {
  if (points === undefined) return;
  const plan = planOf(daemon, points, false);
  addTo(rows, await joinedReadings(daemon, { plan, clients: rows.map(peerOf) }));
}

/** Adds the last hour in so many points to each session. */
export async function addSessionSparklines(
  daemon: Daemon,
  rows: readonly Session[],
  { sparkline: points }: { sparkline?: number | undefined },
): Promise<void> {
  if (points === undefined) return;
  const plan = planOf(daemon, points, true);
  const sessions = rows.map(({ session }) => session);
  addTo(rows, await joinedReadings(daemon, { plan, sessions }));
}

function addTo(
  rows: readonly { sparkline?: (number | null)[] | undefined }[],
  readings: readonly (Reading | undefined)[],
): void {
  for (const [at, row] of rows.entries()) {
    const reading = readings[at];
    row.sparkline = reading === undefined ? [] : bothWays(reading);
  }
}

function bothWays(reading: Reading): (number | null)[] {
  const down = valuesOf(reading, "bytesDown");
  return valuesOf(reading, "bytesUp").map((up, point) => {
    const other = down[point];
    return up === null || other === null ? null : Math.round(up + other);
  });
}
