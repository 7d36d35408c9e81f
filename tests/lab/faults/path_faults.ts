/** Faults of the path between the two daemons. */
import type { Mood } from "../relay/mood.ts";
import { limitRate } from "../relay/slow_cable.ts";
import { between, type Faults, kept } from "./fault.ts";
import { BRANCHES, KEEPALIVE, type Line } from "./line.ts";

async function dark(line: Line, least: number, most: number): Promise<void> {
  await line.path.turn("dark");
  await between(line, least, most);
  await line.path.turn("clear");
}

/** Resolves when each client has lost its tunnel, for whatever reason. */
async function lost({ clients }: Line, since: readonly number[]): Promise<void> {
  await Promise.all(
    BRANCHES.map(({ name }, index) =>
      clients.get(name)?.waitForLine(/tunnel lost/, {
        since: since[index],
      })
    ),
  );
}

function outputs({ clients }: Line): number[] {
  return BRANCHES.map(({ name }) => clients.get(name)?.output.length ?? 0);
}

/** Keeps a mood until both tunnels have broken, and a moment longer. */
async function brokenBy(line: Line, mood: Mood): Promise<void> {
  const since = outputs(line);
  await line.path.turn(mood);
  await lost(line, since);
  await between(line, 500, 1_500);
  await line.path.turn("clear");
}

export const PATH_FAULTS: Faults = {
  "connections reset": kept((line) => brokenBy(line, "resetting")),
  "bits flipped before TLS": kept((line) => brokenBy(line, "flipping")),
  "half-open path": kept((line) => brokenBy(line, "mute")),
  "short black hole": kept((line) => dark(line, 500, 3_500)),
  "long black hole": kept((line) => dark(line, KEEPALIVE.timeout, 2 * KEEPALIVE.timeout)),
  "slow path": kept(async (line) => {
    await limitRate(line.path, 1 + Math.floor(line.random() * 10));
    await between(line, 2_000, 10_000);
    await limitRate(line.path, undefined);
  }),
};
