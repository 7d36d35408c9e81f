/** Logs a client's one tunnel, and its attempts to set it up. */
import { LineLimit, suppressedFact } from "../line_limit.ts";
import { logger } from "../log.ts";
import { Repeats } from "../repeats.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import type { ClientEvents } from "./client_options.ts";
import { connectCause } from "./connect_cause.ts";
import type { Monitor } from "./monitor.ts";
import { Outages, tenths } from "./outages.ts";
import { endFacts, isPlanned } from "./tunnel_end.ts";

const log = logger("tunnel");

/** Lines of one kind in a burst; beyond it, one a second. */
const BURST = 16;

/** Logs the client's one tunnel. `onConnected` is called after the line. */
export function loggedClientEvents(
  now: () => number,
  monitor: Monitor,
  onConnected: () => void,
): ClientEvents {
  const lines = new LineLimit(now, BURST);
  // A client has one tunnel at a time, whichever server it leads to.
  const outages = new Outages(now);
  const attempts = new LoggedAttempts(now, monitor);
  return {
    connected(server, transport, detail): void {
      monitor.connected(server, { address: server, transport, detail });
      const facts = {
        ...{ server, transport, ...(detail !== "" && { detail }) },
        ...{ ...outages.ended(""), ...attempts.ended() },
      };
      log.info("tunnel up", facts);
      monitor.emit("tunnel-up", { ...facts, address: server });
      onConnected();
    },
    disconnected(server, end, held, delay): void {
      if (monitor.peers.disconnected(server, server, end) && end.reason !== "replaced") {
        outages.began("");
      }
      const next = delay === undefined ? {} : { "next_try_s": tenths(delay) };
      logEnd(monitor, server, end, { "sessions_held": held, ...next });
    },
    failed: (...attempt) => attempts.failed(...attempt),
    ...loggedSilences(lines),
  };
}

/** Logs the end of a tunnel, as planned or as a loss. */
function logEnd(
  monitor: Monitor,
  server: string,
  end: TunnelEnd,
  more: { "sessions_held": number; "next_try_s"?: number },
): void {
  const planned = isPlanned(end);
  const cause = planned ? undefined : connectCause(end, server);
  const facts = { server, cause, ...endFacts("client", end), ...more };
  if (planned) log.info("tunnel closed", facts);
  else log.warning("tunnel lost", facts);
  if (cause !== undefined) monitor.recent.losses.note(server, { cause, reason: end.reason });
  monitor.emit(planned ? "tunnel-closed" : "tunnel-lost", { ...facts, address: server });
}

/** Logs failed attempts: each cause at once, and repeated at growing distance. */
class LoggedAttempts {
  #monitor: Monitor;
  #repeats: Repeats;
  /** For causes that always differ. */
  #lines: LineLimit;
  /** Number of failed attempts since the last tunnel. */
  #count = 0;
  /** Number of the attempt of the last line. */
  #logged = 0;

  constructor(now: () => number, monitor: Monitor) {
    this.#monitor = monitor;
    this.#repeats = new Repeats(now);
    this.#lines = new LineLimit(now, BURST);
  }

  failed(server: string, end: TunnelEnd, delay: number): void {
    const attempt = ++this.#count;
    const cause = connectCause(end, server);
    this.#monitor.failed(server, end, attempt, cause, delay);
    if (!this.#repeats.isDue(`${server} ${end.reason} ${cause}`)) return;
    this.#lines.log("failed", () => {
      const { reason, by } = endFacts("client", end);
      const facts = {
        ...{ server, attempt, next_try_s: tenths(delay), cause, reason, by },
        ...suppressedFact(attempt - this.#logged - 1),
      };
      this.#logged = attempt;
      log.warning("connect failed", facts);
      this.#monitor.emit("connect-failed", { ...facts, address: server });
    });
  }

  /** Records that a tunnel is up; returns the number of attempts that it took, as a log field. */
  ended(): { attempts?: number } {
    const attempts = this.#count + 1;
    this.#count = this.#logged = 0;
    this.#repeats.clear();
    return attempts === 1 ? {} : { attempts };
  }
}

function loggedSilences(lines: LineLimit): Pick<ClientEvents, "lengthened" | "silent"> {
  return {
    lengthened(server, roundTrip): void {
      lines.log("lengthened", (suppressed) => {
        log.info("tunnel path became longer", {
          server,
          round_trip_ms: Math.round(roundTrip),
          ...suppressedFact(suppressed),
        });
      });
    },
    silent(server, silence): void {
      lines.log("silent", (suppressed) => {
        const facts = { server, ...suppressedFact(suppressed) };
        if (silence === undefined) return log.info("tunnel silence ended", facts);
        log.info("tunnel silent", { silence_ms: Math.round(silence), ...facts });
      });
    },
  };
}
