import type { Link } from "../../ffi/link/link.ts";
import type { Config } from "../config/types.ts";
import { LineLimit, suppressedFact } from "../line_limit.ts";
import { logger } from "../log.ts";
import type { ProxyObserver } from "../proxy/proxy.ts";
import { loggedResumptions } from "./event_log.ts";
import type { Monitor } from "./monitor.ts";
import { ringWarning } from "./ring_warning.ts";

const mainLog = logger("main");
const linkLog = logger("link");

const now = (): number => performance.now();

/** Logs `ready` when the link and the tunnel's side are up, and again when either returns. */
export function readiness(
  config: Config,
  link: Link,
  monitor: Monitor,
): ProxyObserver & { tunnel: (facts: object) => void } {
  let tunnelFacts: object | undefined;
  const lines = new LineLimit(now);
  warnOfRing(link);
  const say = (): void => {
    if (!link.up || tunnelFacts === undefined) return;
    mainLog.info("ready", {
      mode: config.mode,
      interface: link.name,
      receive: link.kind,
      ...tunnelFacts,
    });
  };
  return {
    resumed: loggedResumptions(config.mode, now, monitor),
    state(up, reason): void {
      monitor.recent.interfaceState(up, reason);
      monitor.emit(up ? "interface-up" : "interface-down", { interface: link.name, reason });
      if (up) {
        linkLog.info("interface up", { interface: link.name, mtu: link.mtu });
        warnOfRing(link);
      } else linkLog.warning("interface down", { interface: link.name, reason });
      say();
    },
    maxPayloadLowered(asked, allowed): void {
      monitor.recent.shortMtus.note(link.name, { asked, allowed });
      lines.log("max-payload", (suppressed) => {
        const facts = { interface: link.name, mtu: link.mtu, asked, allowed };
        linkLog.warning("PPP-Max-Payload lowered", { ...facts, ...suppressedFact(suppressed) });
      });
    },
    tunnel(facts): void {
      tunnelFacts = facts;
      say();
    },
  };
}

function warnOfRing(link: Link): void {
  const detail = ringWarning(link);
  if (detail !== undefined) linkLog.warning("receive ring too small", { detail });
}
