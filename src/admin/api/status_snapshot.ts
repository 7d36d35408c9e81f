import { formatAddress } from "../../config/addresses.ts";
import { dateWarning } from "../../config/files/certificate_dates.ts";
import { showConfig } from "../../config/show.ts";
import { logLevels } from "../../log.ts";
import { commit, VERSION } from "../../version.ts";
import { formatMac, readMac } from "../../pppoe/mac.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import { pacingWarning } from "../../proxy/discovery/pacing.ts";
import { conditionsOf } from "../../daemon/conditions.ts";
import type { RecentCount } from "../../daemon/recent_counts.ts";
import { dropCounts } from "../../daemon/drop_counts.ts";
import { heldSessions } from "../../daemon/peer_stats.ts";
import { ringWarning } from "../../daemon/ring_warning.ts";
import type { Role } from "../http/access.ts";
import { tunnelsOf } from "./peers_snapshot.ts";
import type { LastHour, Recently } from "./problem_schema.ts";
import type { ThreadStatus } from "./found_problem.ts";
import type { Certificate, Interface, Readiness, Status } from "./response_schema.ts";
import { timeOf } from "./traffic.ts";

/** Whether frames can be carried: a server is always listening, a client needs its tunnel. */
export function readinessOf({ config, link, proxy }: Daemon): Readiness {
  const tunnel = config().mode === "server" ||
    [...proxy.peers.values()].some((peer) => peer.tunnel !== undefined);
  return { ready: link.up && tunnel, tunnel, interface: link.up };
}

function interfaceOf({ link, monitor, startedAt }: Daemon): Interface {
  const { since = startedAt, reason = null } = monitor.recent.interfaceDown ?? {};
  link.readStatistics();
  const { statistics } = link;
  return {
    name: link.name,
    mac: formatMac(readMac(link.mac, 0)),
    mtu: link.mtu,
    up: link.up,
    down_since: link.up ? null : timeOf(since),
    down_reason: link.up ? null : reason,
    receive: link.kind,
    received_frames: statistics.receivedFrames,
    received_bytes: statistics.receivedBytes,
    sent_frames: statistics.sentFrames,
    sent_bytes: statistics.sentBytes,
    kernel_drops: statistics.kernelDrops,
  };
}

/** The number of open and held sessions, and the limit. */
export function sessionCounts({ config, proxy }: Daemon): Status["sessions"] {
  const held = heldSessions(proxy.peers.values());
  return { open: proxy.sessions.table.size - held, held, limit: config().limits.sessions };
}

/** The certificates in use, with a warning if they should be replaced. */
function certificatesOf({ certificates }: Daemon): Certificate[] {
  const time = (at: number): string | null => Number.isNaN(at) ? null : new Date(at).toISOString();
  return certificates().map((certificate) => ({
    use: certificate.use,
    path: certificate.path,
    sha256: certificate.fingerprint.toHex(),
    names: certificate.names,
    not_before: time(certificate.validFrom),
    not_after: time(certificate.validTo),
    warning: dateWarning(certificate, Date.now()) ?? null,
  }));
}

/** Problems that need attention now. */
function warningsOf({ stateTrouble, link, proxy }: Daemon): string[] {
  const trouble = stateTrouble();
  return [
    trouble && `Sessions would not survive a restart: ${trouble}`,
    ringWarning(link),
    pacingWarning(proxy.discoveries.pacing),
  ].filter((warning) => warning !== undefined);
}

function lastHourOf({ monitor: { recent }, now }: Daemon): LastHour {
  const began = Date.now() - now();
  const recently = ({ count, first, last }: RecentCount): Recently => ({
    count,
    first_at: new Date(began + first).toISOString(),
    last_at: new Date(began + last).toISOString(),
  });
  const all = (counts: Record<string, RecentCount>): Record<string, Recently> =>
    Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, recently(count)]));
  const { frames } = recent.kernelDrops.counts();
  return {
    drops: all(recent.drops.counts()),
    rejected: all(recent.rejected.counts()),
    ended: all(recent.closed.counts()),
    kernel_drops: frames === undefined ? null : recently(frames),
  };
}

function conflictsOf({ monitor: { recent } }: Daemon): Status["name_conflicts"] {
  return recent.conflicts.current().map(({ subject, facts, first, last }) => ({
    client: subject,
    address: facts.newcomer,
    holder: facts.holder,
    first_at: new Date(first).toISOString(),
    last_at: new Date(last).toISOString(),
  }));
}

/** Returns the status of this thread as seen by a role. */
export function statusOf(daemon: Daemon, role: Role): ThreadStatus {
  const { monitor, proxy, startedAt } = daemon;
  const config = daemon.config();
  return {
    schema: 2,
    version: VERSION,
    commit: commit(),
    mode: config.mode,
    pid: Deno.pid,
    config_file: config.file,
    started_at: new Date(startedAt).toISOString(),
    uptime_seconds: (Date.now() - startedAt) / 1_000,
    ready: readinessOf(daemon).ready,
    draining: daemon.draining,
    role,
    interface: interfaceOf(daemon),
    sessions: sessionCounts(daemon),
    opened_total: monitor.opened,
    closed_total: { ...monitor.closed },
    pending_discoveries: proxy.discoveries.size,
    drops: dropCounts(daemon),
    memory_rss_bytes: Deno.memoryUsage().rss,
    transport: config.tunnel.transport,
    tunnels: tunnelsOf(daemon),
    ...(config.mode === "server"
      ? { listen: config.tunnel.listen.map(formatAddress) }
      : { servers: config.tunnel.connect.map(formatAddress) }),
    certificates: certificatesOf(daemon),
    conditions: conditionsOf({
      ...{ mode: config.mode, link: daemon.link, proxy, monitor, draining: daemon.draining },
      trouble: daemon.stateTrouble(),
    }, Date.now()),
    last_hour: lastHourOf(daemon),
    name_conflicts: conflictsOf(daemon),
    warnings: warningsOf(daemon),
    log_level: logLevels().level,
    config: showConfig(config),
  };
}
