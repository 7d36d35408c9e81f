/**
 * Notifications to a service manager (sd_notify(3), systemd.service(5)); none without a manager.
 */
import { monotonicMicroseconds, sendNotification } from "../../ffi/process/notify.ts";
import { logger } from "../log.ts";

const log = logger("main");

/** Interval between status checks, in milliseconds. */
const STATUS_INTERVAL = 5_000;

/** Environment variables that a service manager sets. */
export interface ServiceEnvironment {
  NOTIFY_SOCKET?: string | undefined;
  WATCHDOG_USEC?: string | undefined;
  WATCHDOG_PID?: string | undefined;
}

/** Reads the variables from the environment of this process. */
export function serviceEnvironment(): ServiceEnvironment {
  const { env } = Deno;
  return {
    NOTIFY_SOCKET: env.get("NOTIFY_SOCKET"),
    WATCHDOG_USEC: env.get("WATCHDOG_USEC"),
    WATCHDOG_PID: env.get("WATCHDOG_PID"),
  };
}

/**
 * Interval between watchdog notifications, in milliseconds: half the timeout; undefined for none.
 */
export function watchdogInterval(environment: ServiceEnvironment, pid: number): number | undefined {
  const { WATCHDOG_USEC, WATCHDOG_PID } = environment;
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(pid)) return undefined;
  if (!/^[1-9]\d*$/.test(WATCHDOG_USEC ?? "")) return undefined;
  return Math.max(1, Math.floor(Number(WATCHDOG_USEC) / 2_000));
}

/**
 * Notifies the service manager of the state of this process:
 *
 *     ready ──reloading()──▶ reloading ──ready()──▶ ready ──stopping()──▶ stopping
 *
 * From the first `ready()` on, the event loop sends watchdog notifications, so that the manager
 * restarts a process whose event loop hangs.
 */
export class Service {
  #socket: string | undefined;
  #watchdog: number | undefined;
  #status: () => string;
  #said = "";
  #timers: ReturnType<typeof setInterval>[] = [];
  #failed = false;

  /** `status` returns one line of text for people. */
  constructor(environment: ServiceEnvironment, status: () => string) {
    this.#socket = environment.NOTIFY_SOCKET || undefined;
    this.#watchdog = watchdogInterval(environment, Deno.pid);
    this.#status = status;
  }

  /** Reports the end of startup or of a reload. */
  ready(): void {
    this.#said = this.#status();
    this.#send(`READY=1\nSTATUS=${this.#said}`);
    if (this.#socket === undefined || this.#timers.length > 0) return;
    this.#timers.push(setInterval(() => this.#refresh(), STATUS_INTERVAL));
    if (this.#watchdog === undefined) return;
    this.#timers.push(setInterval(() => this.#send("WATCHDOG=1"), this.#watchdog));
  }

  /** Reports the start of a reload; `ready()` reports its end. */
  reloading(): void {
    this.#send(`RELOADING=1\nMONOTONIC_USEC=${monotonicMicroseconds()}`);
  }

  /** Reports that shutdown has begun. */
  stopping(): void {
    this.#send("STOPPING=1\nSTATUS=Stopping");
  }

  /** Stops the periodic notifications. */
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
      // The manager may be restarting; the daemon keeps running without it.
      if (!this.#failed) log.warning("service manager unreachable", { error });
      this.#failed = true;
    }
  }
}
