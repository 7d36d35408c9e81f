/** Logs the events of the proxy's parts: constant messages, facts in fields. */
import { dumpDiscovery } from "../pppoe/dump.ts";
import { formatMac } from "../pppoe/mac.ts";
import { LineLimit, suppressedFact } from "../line_limit.ts";
import { logger } from "../log.ts";
import { Drops } from "../proxy/session/drops.ts";
import type { Monitor } from "./monitor.ts";
import { NOTABLE } from "./notable_drops.ts";
import { type Pacing, pacingWarning } from "../proxy/discovery/pacing.ts";
import type { ProxyObserver } from "../proxy/proxy.ts";
import type { ProxyOptions } from "../proxy/session/proxy_options.ts";
import { closedFacts, openedFacts } from "./session_end_facts.ts";
import { peerFact } from "./session_facts.ts";
import { SessionLines } from "./session_lines.ts";

const discoveryLog = logger("discovery");
const sessionLog = logger("session");
const tunnelLog = logger("tunnel");

/** Drops that an operator should know of: logged as warnings; all others are debug lines. */
const REFUSALS: ReadonlySet<string> = new Set([...Object.keys(NOTABLE.refusals), "no-tunnel"]);

const NO_TAGS = new Uint8Array(0);

/** Lines of one kind and peer in a burst; beyond it, one a second. */
const BURST = 16;

/** Counts drops; warns of refusals at most once a second and reason; logs the rest for debug. */
export function loggedDrops(now: () => number, monitor: Monitor): Drops {
  const limiter = new LineLimit(now);
  return new Drops((reason, detail) => {
    limiter.log(reason, (suppressed) => {
      const facts = { reason, ...detail(), ...suppressedFact(suppressed) };
      if (!REFUSALS.has(reason)) return discoveryLog.debug("dropped", facts);
      discoveryLog.warning("refused", facts);
      monitor.emit("refused", facts);
    });
  });
}

/** Logs when PADIs start to wait for their turn, and when they no longer do. */
export function loggedPacing(
  now: () => number,
  { acs }: Pick<Monitor, "acs">,
): (pacing: Pacing | undefined) => void {
  const limiter = new LineLimit(now, 2);
  let begun = now();
  return (pacing) => {
    acs.isPaced = pacing !== undefined;
    limiter.log("pacing", (suppressed) => {
      const more = suppressedFact(suppressed);
      if (pacing === undefined) {
        const seconds = Math.round((now() - begun) / 1_000);
        return discoveryLog.info("PADI pacing ended", { seconds, ...more });
      }
      const { waiting, interval } = pacing;
      discoveryLog.warning("PADI pacing started", {
        waiting,
        interval_ms: interval,
        detail: pacingWarning(pacing),
        ...more,
      });
    });
    if (pacing !== undefined) begun = now();
  };
}

/** Logs session and discovery events of both modes, at rates limited by customer and by client. */
export function loggedProxyEvents(
  mode: "server" | "client",
  now: () => number,
): Pick<ProxyOptions, "observe" | "trace"> {
  const sessions = new SessionLines(now);
  const packets = new LineLimit(now, BURST);
  return {
    observe(session, end, table, detail = { side: mode, tags: NO_TAGS }): void {
      const customer = formatMac(session.customer);
      sessions.log(session.peer.name, `${end === undefined} ${customer}`, (suppressed) => {
        const more = suppressedFact(suppressed);
        if (end === undefined) {
          return sessionLog.info("session opened", { ...openedFacts(mode, session), ...more });
        }
        const facts = closedFacts(mode, session, end, detail, table, now());
        sessionLog.info("session closed", { ...facts, ...more });
      });
    },
    trace(direction, frame, facts): void {
      if (!discoveryLog.isEnabledFor("debug")) return;
      // Addresses and code: each step of each dial has its own limit.
      const key = `${direction} ${frame.subarray(0, 12).join(" ")} ${frame[15]}`;
      packets.log(key, (suppressed) => {
        const packet = dumpDiscovery(frame);
        const more = { packet, ...suppressedFact(suppressed) };
        discoveryLog.debug("packet", { direction, ...facts, ...more });
      });
    },
  };
}

/** Logs what the two ends agreed on after a tunnel returned. */
export function loggedResumptions(
  mode: "server" | "client",
  now: () => number,
  monitor: Monitor,
): ProxyObserver["resumed"] {
  const limiter = new LineLimit(now, BURST);
  return (peer, outcome) => {
    // The client has no sessions.
    if (Object.values(outcome).every((count) => count === 0)) return;
    const facts = { ...peerFact(mode, peer), ...outcome };
    limiter.log(peer, (suppressed) => {
      sessionLog.info("sessions resumed", { ...facts, ...suppressedFact(suppressed) });
    });
    monitor.emit("resumed", facts);
  };
}

/** Logs the start and end of floods of QUIC Initial packets. */
export function loggedFloods(now: () => number): (perSecond: number | undefined) => void {
  const limiter = new LineLimit(now);
  return (perSecond) =>
    limiter.log("flood", (suppressed) => {
      const facts = suppressedFact(suppressed);
      if (perSecond === undefined) return tunnelLog.info("QUIC Initial flood ended", facts);
      const load = { "per_second": Math.round(perSecond) };
      tunnelLog.warning("QUIC Initial flood started", { ...load, ...facts });
    });
}
