import type { Daemon } from "../../daemon/daemon.ts";
import { joinReadings, type Reading } from "../../history/reading.ts";
import type { WantedReadings } from "./history_readings.ts";
import { answersOf } from "./shard_answers.ts";

/** Reads each subject on all threads. */
export async function joinedReadings(
  daemon: Daemon,
  wanted: WantedReadings,
): Promise<(Reading | undefined)[]> {
  const [own, ...others] = await answersOf(daemon, "readings", wanted);
  return own.map((reading, at) =>
    joinReadings(
      [reading, ...others.map((readings) => readings[at])].filter((one) => one !== undefined),
    )
  );
}
