/** Logs the tunnels of a server's clients, and strangers. */
import { LineLimit, suppressedFact } from "../line_limit.ts";
import { logger } from "../log.ts";
import { printable } from "../printable.ts";
import { count } from "../proxy/session/discovery_stats.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { connectCause, isOutOfFiles, NO_FILES } from "./connect_cause.ts";
import { UNKNOWN_NAME, UNPINNED } from "./failure_conditions.ts";
import type { Monitor } from "./monitor.ts";
import { Outages } from "./outages.ts";
import type { Recent } from "./recent.ts";
import type { ServerEvents } from "./server_events.ts";
import { claimCause, StrangerLog } from "./stranger_log.ts";
import { endFacts, isPlanned } from "./tunnel_end.ts";

const log = logger("tunnel");

/** Lines of one kind and client in a burst; beyond it, one a second. */
const BURST = 16;

/** Maximum length of a cause, in characters. */
const MAX_CAUSE = 200;

/** Of a rejection by a client, in which `namingCertificate` has named our certificate. */
const UNPINNED_DETAIL = /has not pinned our certificate/;

/** The monotonic clock in milliseconds, and timers. */
interface Times {
  now: () => number;
  later: (milliseconds: number, run: () => void) => void;
}

/** Logs connections of the server's clients and of strangers. */
export function loggedServerEvents(
  now: Times["now"],
  later: Times["later"],
  monitor: Monitor,
): ServerEvents {
  const strangers = loggedStrangers({ now, later }, monitor);
  const limiter = new LineLimit(now);
  return {
    ...loggedTunnels(now, monitor),
    rejected(host, address, end): void {
      count(monitor.rejected, end.reason);
      noteLogin(monitor.recent, address, end);
      // nameInUse has logged it, with both addresses.
      if (end.reason === "name-in-use") return;
      strangers.rejected(host, address, end);
    },
    acceptFailed(error): void {
      const cause = acceptCause(error);
      monitor.recent.accepts.note(cause, cause);
      limiter.log("accept", (suppressed) => {
        const facts = { error: String(error), ...suppressedFact(suppressed) };
        log.error("accept failed", facts);
      });
    },
  };
}

/** Why a connection could not be accepted, in words. */
function acceptCause(error: unknown): string {
  const text = printable(String(error));
  return isOutOfFiles(text) ? NO_FILES : text.slice(0, MAX_CAUSE);
}

/** Notes a login that failed for its credentials or for ours. */
function noteLogin({ logins }: Recent, address: string, end: TunnelEnd): void {
  const { reason, by, detail, claim } = end;
  if (UNPINNED_DETAIL.test(detail)) return logins.note(UNPINNED, { address, cause: detail });
  if (claim === undefined || reason !== "not-authenticated" || by !== "us") return;
  const cause = claimCause(claim);
  if (claim.isKnown) return logins.note(claim.name, { address, cause });
  logins.note(UNKNOWN_NAME, { address, cause: `"${printable(claim.name)}": ${cause}` });
}

function loggedStrangers({ now, later }: Times, monitor: Monitor): StrangerLog {
  return new StrangerLog({
    now,
    later,
    line(facts): void {
      log.warning("tunnel rejected", facts);
      monitor.emit("tunnel-rejected", facts);
    },
    summary(facts): void {
      log.warning("more tunnels rejected", facts);
      monitor.emit("tunnel-rejected", facts);
    },
  });
}

function loggedTunnels(
  now: () => number,
  monitor: Monitor,
): Pick<ServerEvents, "connected" | "moved" | "disconnected" | "nameInUse"> {
  const tunnels = new LineLimit(now, BURST);
  const outages = new Outages(now);
  return {
    connected(client, address, transport): void {
      monitor.connected(client, { address, transport, detail: "" });
      for (const subject of [client, UNPINNED]) monitor.recent.logins.over(subject);
      const facts = { client, address, transport, ...outages.ended(client) };
      tunnels.log(`up ${client}`, (suppressed) => {
        log.info("tunnel up", { ...facts, ...suppressedFact(suppressed) });
      });
      monitor.emit("tunnel-up", facts);
    },
    moved(client, from, address): void {
      tunnels.log(`moved ${client}`, (suppressed) => {
        const facts = { client, from, address, ...suppressedFact(suppressed) };
        log.info("client address changed", facts);
      });
      monitor.peers.moved(client, from, address);
    },
    disconnected(client, address, end, held): void {
      if (monitor.peers.disconnected(client, address, end)) outages.began(client);
      const planned = isPlanned(end);
      const cause = planned ? undefined : connectCause(end, client);
      if (cause !== undefined) monitor.recent.losses.note(client, { cause, reason: end.reason });
      const facts = { client, address, cause, ...endFacts("server", end), "sessions_held": held };
      tunnels.log(`down ${client}`, (suppressed) => {
        const more = { ...facts, ...suppressedFact(suppressed) };
        if (planned) log.info("tunnel closed", more);
        else log.warning("tunnel lost", more);
      });
      monitor.emit(planned ? "tunnel-closed" : "tunnel-lost", facts);
    },
    nameInUse(client, newcomer, holder): void {
      monitor.recent.conflicts.note(client, { newcomer, holder });
      tunnels.log(`name ${client}`, (suppressed) => {
        const facts = { client, address: newcomer, holder, ...suppressedFact(suppressed) };
        log.error("client name in use", facts);
        monitor.emit("name-in-use", facts);
      });
    },
  };
}
