import type { Keepalive, KeepaliveOptions } from "./keepalive.ts";
import { type PathProgress, Silence } from "./silence.ts";
import { PathWatch, QUIET } from "./path_watch.ts";

/** Interval between looks at a path, in milliseconds: while there is traffic, and otherwise. */
const LOOK = { busy: 100, idle: 4 * QUIET };
/**
 * Number of pings at the start, each after the answer to the last: the first wait for code that has
 * not run before, and the shortest round trip shall be the path's own.
 */
const FIRST_PINGS = 4;
/** Time without traffic after which a path is idle, in milliseconds. */
const IDLE_AFTER = 2_000;

/**
 * Called with the length of a silence in milliseconds when a path becomes silent; later with
 * undefined if it was only slow.
 */
export type SilenceObserver = (silence: number | undefined) => void;

/** Dependencies of {@linkcode Liveness}. */
export interface LivenessOptions {
  keepalive: KeepaliveOptions;
  pings: Keepalive;
  now: () => number;
  /** When data was last passed to the connection. */
  lastSent: () => number;
  /** What the kernel counts, if it counts anything. */
  progress: () => PathProgress | undefined;
  /** Nothing was heard for `keepalive.timeout`. */
  dead: () => void;
  /** Notified of silence; without it only the keepalive's timeout counts. */
  silence?: SilenceObserver | undefined;
  /** Called now and then: the path may have changed. */
  suitPath: () => void;
}

/** Pings a tunnel's peer periodically, and notices when nothing more arrives. */
export class Liveness {
  #options: LivenessOptions;
  #keepalive: KeepaliveOptions;
  #heardAt: number;
  #silence: Silence;
  #watch: PathWatch | undefined;
  #isSilent = false;
  #firstPings = FIRST_PINGS;
  /** Bytes acknowledged and received at the last look while an answer was awaited. */
  #moved: number | undefined;
  #movedAt = -Infinity;
  #ping: ReturnType<typeof setTimeout> | undefined;
  #look: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#keepalive = options.keepalive;
    this.#heardAt = options.now();
    this.#silence = new Silence(this.#heardAt);
    if (options.silence !== undefined) this.#watch = new PathWatch();
  }

  /** Applies other times; the new interval begins after the next ping. */
  reconfigure(keepalive: KeepaliveOptions): void {
    this.#keepalive = keepalive;
  }

  start(): void {
    this.#heardAt = this.#options.now();
    this.#silence.heard(this.#heardAt);
    this.#options.suitPath();
    this.#waitToPing();
    if (this.#watch === undefined) return;
    this.#pingFirst();
    this.#waitToLook(this.#watch, LOOK.busy);
  }

  stop(): void {
    clearTimeout(this.#ping);
    clearTimeout(this.#look);
    this.#options.pings.ended();
  }

  /** Records that something was read; returns the time. */
  heard(): number {
    this.#heardAt = this.#options.now();
    this.#silence.heard(this.#heardAt);
    this.#options.pings.heard();
    return this.#heardAt;
  }

  /** Handles a pong; returns the round trip in milliseconds, undefined if it answers no ping. */
  ponged(body: Uint8Array): number | undefined {
    const roundTrip = this.#options.pings.ponged(body);
    if (roundTrip === undefined || this.#watch === undefined) return roundTrip;
    this.#watch.answered(roundTrip, this.#options.now());
    if (this.#firstPings > 0) this.#pingFirst();
    return roundTrip;
  }

  #pingFirst(): void {
    this.#firstPings--;
    this.#options.pings.ping();
  }

  #waitToPing(): void {
    this.#ping = setTimeout(() => {
      const { now, pings, dead, progress, suitPath } = this.#options;
      if (this.#silence.isTooLong(now(), this.#keepalive.timeout, progress())) return dead();
      suitPath();
      pings.ping();
      this.#waitToPing();
    }, this.#keepalive.interval);
  }

  #waitToLook(watch: PathWatch, wait: number): void {
    const due = this.#options.now() + wait;
    this.#look = setTimeout(() => {
      const now = this.#options.now();
      // What arrived meanwhile has not been read yet.
      if (now - due > QUIET) watch.slept(now - due);
      this.#judge(watch, now);
      const isBusy = now - Math.max(this.#heardAt, this.#options.lastSent()) < IDLE_AFTER;
      this.#waitToLook(watch, isBusy || this.#isSilent ? LOOK.busy : LOOK.idle);
    }, wait);
  }

  #judge(watch: PathWatch, now: number): void {
    const { pings, lastSent, silence } = this.#options;
    const heardAt = Math.max(this.#heardAt, this.#lastMoved(watch, now));
    const verdict = watch.check({ now, sentAt: lastSent(), heardAt });
    if (verdict === "ask") pings.ping();
    const isSilent = verdict === "silent";
    if (isSilent === this.#isSilent) return;
    this.#isSilent = isSilent;
    silence?.(isSilent ? now - heardAt : undefined);
  }

  /** When the kernel last saw TCP's bytes move while an answer was awaited: a slow path is alive. */
  #lastMoved(watch: PathWatch, now: number): number {
    const progress = watch.isAsked ? this.#options.progress() : undefined;
    const moved = progress && progress.acknowledged + progress.received;
    if (moved !== undefined && this.#moved !== undefined && moved > this.#moved) {
      this.#movedAt = now;
    }
    this.#moved = moved;
    return this.#movedAt;
  }
}
