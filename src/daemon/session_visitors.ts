/** What the daemon looks at in each session about once a second. */
import type { Link } from "../../ffi/link/link.ts";
import type { Proxy } from "../proxy/proxy.ts";
import { idleTime } from "../proxy/session/session_ends.ts";
import type { SessionVisitor } from "../proxy/session/session_sweep.ts";
import type { Monitor } from "./monitor.ts";

/** The parts of a daemon that its visitors use. */
export interface VisitedDaemon {
  readonly mode: "server" | "client";
  readonly link: Pick<Link, "up">;
  readonly proxy: Pick<Proxy, "sessions">;
  readonly monitor: Pick<Monitor, "peers" | "rates" | "acs">;
  /** Silence of an AC after which its sessions end, in milliseconds; 0 for never. */
  idleTimeout(): number;
}

/** Returns the visitors of all sessions; the one that ends sessions is the last. */
export function sessionVisitors(daemon: VisitedDaemon): SessionVisitor[] {
  const { sessions } = daemon.proxy;
  return [trafficVisitor(daemon), quietVisitor(daemon), sessions.idle.visitor(daemon.idleTimeout)];
}

/** Samples the traffic of each peer. */
function trafficVisitor({ proxy, monitor: { peers, rates } }: VisitedDaemon): SessionVisitor {
  const { table } = proxy.sessions;
  let begunAt = 0;
  return {
    begin(now): void {
      begunAt = now;
      peers.beginSums();
    },
    visit: (session) => peers.addToSum(session, table),
    // A session is visited at the same point of each round.
    end: (now) => rates.sample((begunAt + now) / 2, (add) => peers.visitSums(add)),
  };
}

/** Looks for ACs that are silent in their sessions, as of the begin of a round. */
function quietVisitor({ mode, link, proxy, monitor }: VisitedDaemon): SessionVisitor {
  const { sessions } = proxy;
  const { quiet } = monitor.acs;
  let begunAt = 0;
  // Only a server hears its AC itself, and only while its interface is up.
  const canHear = (): boolean => mode === "server" && link.up;
  return {
    begin(now): void {
      begunAt = now;
      quiet.begin();
    },
    visit(session): void {
      // The customers of a lost tunnel cannot send.
      if (session.peer.tunnel === undefined || !canHear()) return;
      const { concentrator, names: { ac }, index } = session;
      const idle = idleTime(sessions, session, begunAt);
      quiet.add(concentrator, ac, idle, sessions.lcp.unansweredEcho(index));
    },
    end: () => quiet.end(canHear()),
  };
}
