import { EARLIEST_TIME } from "../earliest_time.ts";
import type { ProblemCode } from "../messages/problems.ts";
import { pacingWarning } from "../proxy/discovery/pacing.ts";
import type { Daemon } from "./daemon.ts";
import { dropCounts } from "./drop_counts.ts";
import { ringWarning } from "./ring_warning.ts";

type Watched = Pick<Daemon, "link" | "proxy" | "monitor" | "draining" | "stateTrouble">;

/** Something in the daemon or its machine that needs attention while it holds. */
export interface Condition {
  readonly code: ProblemCode;
  readonly subject: string;
  /** Wall-clock time, in milliseconds. */
  readonly since: number;
  readonly words: string;
}

/**
 * Notes how fast counters rise, and which conditions hold now. Called about once a second; `now` is
 * the time of the monotonic clock, in milliseconds.
 */
export function notice(daemon: Watched, now: number): void {
  const { link, proxy, monitor: { peers, rates, recent, rejected } } = daemon;
  rates.sample(now, (add) => peers.visitTraffic(proxy.sessions.table, add));
  link.readStatistics();
  recent.drops.sample(dropCounts({ link, proxy }));
  recent.rejected.sample(rejected);
  recent.kernelDrops.sample({ frames: link.statistics.kernelDrops });
  conditionsOf(daemon, Date.now());
}

/** Returns the conditions that hold now, each with the time since when; `time` is the wall clock's. */
export function conditionsOf(
  { link, proxy, monitor, draining, stateTrouble }: Watched,
  time: number,
): Condition[] {
  const trouble = stateTrouble();
  const checks: readonly [ProblemCode, string, string | undefined][] = [
    ["disk-failed", "state_dir", trouble && `Sessions would not survive a restart: ${trouble}`],
    ["ring-short", link.name, ringWarning(link)],
    ["padi-pacing", "AC", pacingWarning(proxy.discoveries.pacing)],
    ["draining", "daemon", draining ? "New sessions are refused" : undefined],
    ["clock-wrong", "clock", wrongClock(time)],
  ];
  return checks.flatMap(([code, subject, words]) => {
    const since = monitor.recent.holds(code, words !== undefined);
    return since === undefined || words === undefined ? [] : [{ code, subject, since, words }];
  });
}

function wrongClock(time: number): string | undefined {
  if (time >= EARLIEST_TIME) return undefined;
  return `The clock shows ${new Date(time).toISOString()} and was never set`;
}
