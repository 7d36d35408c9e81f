/** What the proxy's parts tell, as log lines: constant messages, facts in fields. */
import { dumpDiscovery } from "../pppoe/dump.ts";
import { formatMac } from "../pppoe/mac.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { logger, OncePerSecond } from "../log.ts";
import type { ClientEvents } from "./client.ts";
import { Drops } from "./drops.ts";
import type { Monitor } from "./monitor.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import type { ServerEvents } from "./server.ts";
import { count } from "./tallies.ts";

const discoveryLog = logger("discovery");
const sessionLog = logger("session");
const tunnelLog = logger("tunnel");

/** Drops that somebody should know of: warned of, where the rest is for debug. */
const REFUSALS: ReadonlySet<string> = new Set([
  "ac-address-spoofed",
  "host-uniq-busy",
  "host-uniq-forged",
  "mac-in-use",
  "no-tunnel",
  "own-address",
  "padi-rate",
  "pending-limit",
  "session-limit",
]);

/** Counts drops; refusals are warned of at most once a second and reason, the rest is for debug. */
export function loggedDrops(now: () => number, monitor: Monitor): Drops {
  const limiter = new OncePerSecond(now);
  return new Drops((reason, detail) => {
    limiter.log(reason, (suppressed) => {
      const facts = { reason, ...detail(), ...(suppressed > 0 && { suppressed }) };
      if (!REFUSALS.has(reason)) return discoveryLog.debug("dropped", facts);
      discoveryLog.warning("refused", facts);
      monitor.emit("refused", facts);
    });
  });
}

/** Session and discovery events of both modes. */
export function loggedProxyEvents(): Pick<ProxyOptions, "observe" | "trace"> {
  return {
    observe(session, end): void {
      const facts = {
        peer: session.member.name,
        customer: formatMac(session.customer),
        ac: formatMac(session.concentrator),
        session: session.acSessionId,
        ...(session.wireSessionId !== session.acSessionId && { renumbered: session.wireSessionId }),
      };
      if (end === undefined) sessionLog.info("session opened", facts);
      else sessionLog.info("session closed", { reason: end, ...facts });
    },
    trace(way, frame, facts): void {
      if (!discoveryLog.isEnabledFor("debug")) return;
      discoveryLog.debug("packet", { way, ...facts, packet: dumpDiscovery(frame) });
    },
  };
}

/** What the two ends have agreed on after a tunnel came back. */
export function logResumed(
  client: string | undefined,
  outcome: object,
  monitor: Monitor,
): void {
  if (Object.values(outcome).every((count) => count === 0)) return; // a client that has no sessions
  const facts = { ...(client !== undefined && { client }), ...outcome };
  sessionLog.info("sessions resumed", facts);
  monitor.emit("resumed", facts);
}

/** Connections of the server's clients; strangers get one line a second and address. */
export function loggedServerEvents(now: () => number, monitor: Monitor): ServerEvents {
  const limiter = new OncePerSecond(now);
  return {
    rejected(address, end): void {
      count(monitor.rejected, end.reason);
      const host = address.slice(0, address.lastIndexOf(":"));
      limiter.log(host, (suppressed) => {
        const facts = { address, ...endFacts(end), ...(suppressed > 0 && { suppressed }) };
        tunnelLog.warning("tunnel rejected", facts);
        monitor.emit("tunnel-rejected", facts);
      });
    },
    connected(client, address): void {
      tunnelLog.info("tunnel up", { client, address });
      monitor.connected(client, address);
    },
    disconnected(client, address, end): void {
      tunnelLog.warning("tunnel down", { client, address, ...endFacts(end) });
      monitor.disconnected(client, address, end, true);
    },
    acceptFailed(error): void {
      limiter.log("accept", () => tunnelLog.error("accept failed", { error: String(error) }));
    },
  };
}

/** The client's one tunnel. `onConnected` is called after the line. */
export function loggedClientEvents(monitor: Monitor, onConnected: () => void): ClientEvents {
  let up: string | undefined;
  return {
    connected(server): void {
      up = server;
      tunnelLog.info("tunnel up", { server });
      monitor.connected(server, server);
      onConnected();
    },
    disconnected(server, end, delay): void {
      tunnelLog.warning("tunnel down", {
        server,
        ...endFacts(end),
        retry_ms: Math.round(delay),
      });
      monitor.disconnected(server, server, end, up === server);
      up = undefined;
    },
  };
}

function endFacts(end: TunnelEnd): Record<string, string> {
  return { reason: end.reason, by: end.by, ...(end.detail !== "" && { detail: end.detail }) };
}
