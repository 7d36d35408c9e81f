import { EARLIEST_TIME } from "../earliest_time.ts";
import type { PresentSilence } from "../proxy/discovery/ac_silence.ts";
import { printable } from "../printable.ts";
import { pacingWarning } from "../proxy/discovery/pacing.ts";
import type { Condition } from "./condition.ts";
import type { Daemon } from "./daemon.ts";
import { dropCounts } from "./drop_counts.ts";
import { failureConditions } from "./failure_conditions.ts";
import { samplePath } from "./paths/path_sample.ts";
import { NO_CARRIER_REMEDY, noCarrier } from "./no_carrier.ts";
import type { Holding } from "./standing.ts";
import { ringWarning } from "./ring_warning.ts";
import { taggedOnly } from "./wire_watch.ts";

/** Time after which an AC that nobody asks any more is not called silent, in milliseconds. */
const ASKED_LATELY = 600_000;

type Watched =
  & Pick<Daemon, "link" | "proxy" | "monitor">
  & {
    readonly mode: "server" | "client";
    readonly draining: boolean;
    readonly trouble: string | undefined;
  };

/** A condition if it holds: then it has words. */
type Check = Omit<Condition, "since" | "words"> & { readonly words: string | undefined };

/**
 * Notes how fast counters rise, and which conditions hold now. Called about once a second; `now` is
 * the time of the monotonic clock, in milliseconds.
 */
export function notice(daemon: Watched, now: number): void {
  const { link, proxy, monitor } = daemon;
  const { recent, rejected, closed } = monitor;
  link.readStatistics();
  recent.drops.sample(dropCounts({ link, proxy }));
  recent.rejected.sample(rejected);
  recent.closed.sample(closed);
  recent.kernelDrops.sample({ frames: link.statistics.kernelDrops });
  recent.dropLog.look(link.name, recent.drops.counts(), recent.kernelDrops.counts().frames);
  standingConditions(daemon, Date.now());
  const { unapplied, standing } = monitor;
  // First what is only one: the number of conditions is limited.
  standing.update([
    ...(unapplied === undefined ? [] : [unapplied]),
    ...monitor.rivals.conditions(link.name, now),
    ...(daemon.mode === "client" ? monitor.wire.conditions(link, now) : []),
    ...monitor.acs.conditions(proxy.sessions.table.size > 0),
    ...pathConditions(daemon, now),
  ]);
}

function pathConditions({ proxy, monitor: { paths, rates } }: Watched, now: number): Holding[] {
  for (const peer of proxy.peers.values()) {
    const { name, tunnel } = peer;
    if (tunnel !== undefined) paths.look(peer, tunnel, samplePath(tunnel, rates.of(name)), now);
  }
  return paths.conditions(now);
}

/** Returns the conditions that hold now; `time` is the wall clock's, in milliseconds. */
export function conditionsOf(daemon: Watched, time: number): Condition[] {
  const { mode, monitor, link } = daemon;
  return [
    ...standingConditions(daemon, time),
    ...monitor.standing.current(),
    ...failureConditions(mode, link.name, monitor.recent),
  ];
}

function standingConditions(daemon: Watched, time: number): Condition[] {
  const { link, proxy, monitor, draining, trouble } = daemon;
  const checks: readonly Check[] = [
    {
      code: "interface-down",
      subject: link.name,
      words: noCarrier(link),
      remedy: NO_CARRIER_REMEDY,
    },
    silenceOf(daemon),
    {
      code: "disk-failed",
      subject: "state_dir",
      words: trouble && `Sessions would not survive a restart: ${trouble}`,
    },
    {
      code: "capture-stopped",
      subject: "capture",
      words: monitor.captureTrouble &&
        `The configured capture is not running: ${monitor.captureTrouble}`,
    },
    { code: "ring-short", subject: link.name, words: ringWarning(link) },
    { code: "padi-pacing", subject: "AC", words: pacingWarning(proxy.discoveries.pacing) },
    {
      code: "draining",
      subject: "daemon",
      words: draining ? "New sessions are refused; open ones continue" : undefined,
    },
    { code: "clock-wrong", subject: "clock", words: wrongClock(time) },
  ];
  return checks.flatMap(({ words, ...check }) => {
    const since = monitor.recent.holds(check.code, words !== undefined);
    return since === undefined || words === undefined ? [] : [{ ...check, since, words }];
  });
}

/** Each side sees only its own part of the way to the AC. */
const SILENT_REMEDY = {
  server: "Check the AC, the VLAN and the cable to it; `discover` asks it without a customer.",
  client: "See `status` of the server: it may get no answer from the AC, or refuse the customers.",
};

const SERVICE_REMEDY = {
  server: "Compare the customers' Service-Name with the AC's; `discover` lists what the AC offers.",
  client:
    "Compare the customers' Service-Name with the AC's; `discover` on the server lists those.",
};

function silenceOf({ mode, link, proxy }: Watched): Check {
  const { silence } = proxy.discoveries;
  const isAlone = silence?.customers === 1 && proxy.sessions.table.size > 0;
  const isSilent = silence !== undefined && link.up && silence.quiet < ASKED_LATELY;
  // A client hears its customers, and a server its AC, if not in a VLAN.
  const tagged = mode === "server" ? taggedOnly(link) : undefined;
  const remedy = silence?.service ? SERVICE_REMEDY[mode] : SILENT_REMEDY[mode];
  return {
    code: "ac-silent",
    subject: "AC",
    words: isSilent ? [silenceWords(silence), tagged?.words ?? []].flat().join(". ") : undefined,
    remedy: tagged?.remedy ?? remedy,
    // One customer may ask for a service that no AC has.
    severity: isAlone ? "warning" : undefined,
  };
}

function silenceWords({ padis, customers, service }: PresentSilence): string {
  const who = customers === 1 ? "1 customer" : `${customers} customers`;
  const what = service === "" ? "" : ` for service "${printable(service)}"`;
  return `No access concentrator answers: ${padis} PADIs of ${who}${what} have had no offer`;
}

function wrongClock(time: number): string | undefined {
  if (time >= EARLIEST_TIME) return undefined;
  return `The clock shows ${new Date(time).toISOString()} and was never set`;
}
