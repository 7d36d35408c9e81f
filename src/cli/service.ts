/** What a service manager is told (sd_notify(3), systemd.service(5)); nothing where there is none. */
import { monotonicMicroseconds, sendNotification } from "../../ffi/notify.ts";
import { logger } from "../log.ts";

const log = logger("main");

/** How often the status is looked at. Milliseconds. */
const STATUS_INTERVAL = 5_000;

/** What service managers put into the environment. */
export interface ServiceEnvironment {
  NOTIFY_SOCKET?: string | undefined;
  WATCHDOG_USEC?: string | undefined;
  WATCHDOG_PID?: string | undefined;
}

/** The variables of this process. */
export function serviceEnvironment(): ServiceEnvironment {
  const { env } = Deno;
  return {
    NOTIFY_SOCKET: env.get("NOTIFY_SOCKET"),
    WATCHDOG_USEC: env.get("WATCHDOG_USEC"),
    WATCHDOG_PID: env.get("WATCHDOG_PID"),
  };
}

/** Milliseconds between two signs of life, half of what the manager grants; undefined for none. */
export function watchdogInterval(environment: ServiceEnvironment, pid: number): number | undefined {
  const { WATCHDOG_USEC, WATCHDOG_PID } = environment;
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(pid)) return undefined;
  if (!/^[1-9]\d*$/.test(WATCHDOG_USEC ?? "")) return undefined;
  return Math.max(1, Math.floor(Number(WATCHDOG_USEC) / 2_000));
}

/**
 * Speaks for the process to its service manager:
 *
 *     ready ──reloading()──▶ reloading ──ready()──▶ ready ──stopping()──▶ stopping
 *
 * From the first `ready()` on, signs of life come from the event loop, so that a process whose loop
 * hangs is restarted.
 */
export class Service {
  #socket: string | undefined;
  #watchdog: number | undefined;
  #status: () => string;
  #said = "";
  #timers: ReturnType<typeof setInterval>[] = [];
  #failed = false;

  /** `status` is one line for humans. */
  constructor(environment: ServiceEnvironment, status: () => string) {
    this.#socket = environment.NOTIFY_SOCKET || undefined;
    this.#watchdog = watchdogInterval(environment, Deno.pid);
    this.#status = status;
  }

  /** The process does its work, after its start or after a reload. */
  ready(): void {
    this.#said = this.#status();
    this.#send(`READY=1\nSTATUS=${this.#said}`);
    if (this.#socket === undefined || this.#timers.length > 0) return;
    this.#timers.push(setInterval(() => this.#refresh(), STATUS_INTERVAL));
    if (this.#watchdog === undefined) return;
    this.#timers.push(setInterval(() => this.#send("WATCHDOG=1"), this.#watchdog));
  }

  /** A reload has begun; `ready()` ends it. */
  reloading(): void {
    this.#send(`RELOADING=1\nMONOTONIC_USEC=${monotonicMicroseconds()}`);
  }

  /** The process is about to end. */
  stopping(): void {
    this.#send("STOPPING=1\nSTATUS=Stopping");
  }

  /** Says nothing more by itself. */
  close(): void {
    this.#timers.forEach(clearInterval);
  }

  #refresh(): void {
    const status = this.#status();
    if (status === this.#said) return;
    this.#said = status;
    this.#send(`STATUS=${status}`);
  }

  #send(text: string): void {
    if (this.#socket === undefined) return;
    try {
      sendNotification(this.#socket, text);
      this.#failed = false;
    } catch (error) {
      // The manager may be restarting; the proxy goes on without it.
      if (!this.#failed) log.warning("service manager not reached", { error });
      this.#failed = true;
    }
  }
}
