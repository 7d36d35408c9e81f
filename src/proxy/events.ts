/** What the proxy's parts tell, as log lines: constant messages, facts in fields. */
import { dumpDiscovery } from "../pppoe/dump.ts";
import { formatMac } from "../pppoe/mac.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { logger, OncePerSecond } from "../log.ts";
import type { ClientEvents } from "./client.ts";
import { Drops } from "./drops.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import type { ServerEvents } from "./server.ts";

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
export function loggedDrops(now: () => number): Drops {
  const limiter = new OncePerSecond(now);
  return new Drops((reason, detail) => {
    limiter.log(reason, (suppressed) => {
      const facts = { reason, ...detail(), ...(suppressed > 0 && { suppressed }) };
      if (REFUSALS.has(reason)) discoveryLog.warning("refused", facts);
      else discoveryLog.debug("dropped", facts);
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
export function logResumed(client: string | undefined, outcome: object): void {
  if (Object.values(outcome).every((count) => count === 0)) return; // a client that has no sessions
  sessionLog.info("sessions resumed", { ...(client !== undefined && { client }), ...outcome });
}

/** Connections of the server's clients; strangers get one line a second and address. */
export function loggedServerEvents(now: () => number): ServerEvents {
  const limiter = new OncePerSecond(now);
  return {
    rejected(address, end): void {
      const host = address.slice(0, address.lastIndexOf(":"));
      limiter.log(host, (suppressed) => {
        tunnelLog.warning("tunnel rejected", {
          address,
          ...endFacts(end),
          ...(suppressed > 0 && { suppressed }),
        });
      });
    },
    connected(client, address): void {
      tunnelLog.info("tunnel up", { client, address });
    },
    disconnected(client, address, end): void {
      tunnelLog.warning("tunnel down", { client, address, ...endFacts(end) });
    },
    acceptFailed(error): void {
      limiter.log("accept", () => tunnelLog.error("accept failed", { error: String(error) }));
    },
  };
}

/** The client's one tunnel. `onConnected` is called after the line. */
export function loggedClientEvents(onConnected: () => void): ClientEvents {
  return {
    connected(server): void {
      tunnelLog.info("tunnel up", { server });
      onConnected();
    },
    disconnected(server, end, delay): void {
      tunnelLog.warning("tunnel down", {
        server,
        ...endFacts(end),
        retry_ms: Math.round(delay),
      });
    },
  };
}

function endFacts(end: TunnelEnd): Record<string, string> {
  return { reason: end.reason, by: end.by, ...(end.detail !== "" && { detail: end.detail }) };
}
