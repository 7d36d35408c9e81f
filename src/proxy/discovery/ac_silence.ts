import type { Mac } from "../../pppoe/mac.ts";

/** PADIs without any answer, and the time since the first of them, that make an AC silent; ms. */
const MIN_PADIS = 3;
const MIN_TIME = 5_000;
/** Interval between two reports, which doubles while the silence lasts, in milliseconds. */
const FIRST_PAUSE = 60_000;
const LONGEST_PAUSE = 3_600_000;
/** Maximum number of customers counted. */
const MAX_CUSTOMERS = 1_024;

/** PADIs that no AC has answered. */
export interface Silence {
  readonly padis: number;
  /** Number of customers that asked, at most 1,024. */
  readonly customers: number;
  /** Time since the first of these PADIs, in milliseconds. */
  readonly time: number;
  /** The one Service-Name that all asked for; empty if they asked for any, or for several. */
  readonly service: string;
}

/** A silence that lasts. */
export interface PresentSilence extends Silence {
  /** Time since the last of these PADIs, in milliseconds. */
  readonly quiet: number;
}

/** A silence that lasts, or one that was reported and is over. */
export interface SilenceReport extends Silence {
  readonly isOver: boolean;
}

/**
 * Notices that no AC answers. A single customer may ask for a service that no AC has, so it needs
 * several PADIs and no answer to anybody's.
 *
 *     answering ──3 PADIs, 5 s──▶ silent ──any answer──▶ answering
 *
 * Reports are at least a minute apart, and further while a silence lasts.
 */
export class AcSilence {
  #now: () => number;
  #report: (report: SilenceReport) => void;
  #customers = new Set<Mac>();
  #service = "";
  #padis = 0;
  /** When the first unanswered PADI was sent. */
  #since = 0;
  /** When the last one was. */
  #latest = 0;
  #reported = false;
  /** Number of PADIs in the last report. */
  #last = 0;
  #pause = FIRST_PAUSE;
  #next = -Infinity;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number, report: (report: SilenceReport) => void) {
    this.#now = now;
    this.#report = report;
  }

  /** The silence that lasts, if one does. */
  get current(): PresentSilence | undefined {
    const time = this.#now() - this.#since;
    if (this.#padis < MIN_PADIS || time < MIN_TIME) return undefined;
    return { ...this.#silence(), quiet: this.#now() - this.#latest };
  }

  /** Records that a customer's PADI was sent, and the Service-Name that it asks for. */
  asked(customer: Mac, service = ""): void {
    this.#latest = this.#now();
    if (this.#padis++ === 0) {
      this.#since = this.#latest;
      this.#service = service;
    } else if (service !== this.#service) this.#service = "";
    if (this.#customers.size < MAX_CUSTOMERS) this.#customers.add(customer);
  }

  /** Records that an AC has answered someone. */
  answered(): void {
    if (this.#padis === 0) return;
    const silence = this.#silence();
    const wasReported = this.#reported;
    this.reset();
    if (wasReported) this.#report({ ...silence, isOver: true });
  }

  #silence(): Silence {
    const time = this.#now() - this.#since;
    return { padis: this.#padis, customers: this.#customers.size, time, service: this.#service };
  }

  /** Forgets what was asked, because the way to the AC was down. */
  reset(): void {
    this.#padis = 0;
    this.#customers.clear();
    this.#reported = false;
    this.#last = 0;
    this.#pause = FIRST_PAUSE;
  }

  /** Reports a silence that lasts; called periodically. */
  look(): void {
    const silence = this.current;
    const now = this.#now();
    if (silence === undefined || silence.padis === this.#last || now < this.#next) return;
    this.#last = silence.padis;
    this.#next = now + this.#pause;
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    this.#reported = true;
    const { quiet: _, ...report } = silence;
    this.#report({ ...report, isOver: false });
  }
}
