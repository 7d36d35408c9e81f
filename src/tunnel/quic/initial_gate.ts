/**
 * Limits the first packets that the kernel accepts from unknown networks, to stop a flood there.
 */

/** Connections of unknown networks accepted per second during a flood. */
const RATE = 200;
/** First packets that end a tick early, so that a flood is noticed immediately. */
const BURST = 128;
/** Interval between measurements of the load, in milliseconds. */
const TICK = 250;
/** Minimum time for the accepted share to double when the load falls, in milliseconds. */
const RECOVERY = 1_000;
/** Minimum share; a smaller one would admit nothing in practice. */
const LEAST_SHARE = 1 / 65_536;
/** Weight of a whole tick's measurement against the earlier ones. */
const WEIGHT = 0.4;
/** Minimum time between two updates of the kernel's filter, in milliseconds. */
const UPDATE_PAUSE = 20;
/** Relative difference of shares below which the filter is not updated. */
const NOTABLE = 0.1;

/** Maximum networks in the kernel's filter: those of clients and of connections in handshake. */
export const MAX_NETWORKS = 512;

/** Which packets that begin connections are accepted. */
export interface InitialRule {
  /** Share accepted from unknown networks, 0 to 1. */
  readonly share: number;
  /** Networks from which all are accepted. */
  readonly networks: readonly string[];
  /** Whether the list contains every client's network. */
  readonly complete: boolean;
}

/** Options of a gate. */
export interface InitialGateOptions {
  /** Makes the kernel apply a rule. */
  apply: (rule: InitialRule) => void;
  /** Networks from which clients have logged in, latest last; the same array if nothing changed. */
  known: () => readonly string[];
  /** Networks of connections in handshake, with the number and maximum number of each. */
  handshaking: () => Iterable<readonly [network: string, count: number, most: number]>;
  /**
   * Called with the load when the kernel starts to drop first packets; with undefined when it
   * stops.
   */
  flooded?: ((perSecond: number | undefined) => void) | undefined;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
  /** Calls `run` after the given time. */
  later: (milliseconds: number, run: () => void) => void;
}
/**
 * Measures how many connections unknown networks begin, and sets the share of them that the kernel
 * accepts:
 *
 *     open ──more than RATE──▶ flooded, share = RATE / load ──load falls, share doubles──▶ open
 *
 * While flooded, the kernel's filter lists the networks of clients and of connections in handshake,
 * whose packets are all accepted. A network with too many connections in handshake is removed from
 * the list.
 */
export class InitialGate {
  #options: InitialGateOptions;
  #share = 1;
  /** First packets per second from unknown networks, before the kernel drops any. */
  #load = 0;
  #arrived = 0;
  #since: number;
  #isTicking = false;
  #isClosed = false;
  #applied: InitialRule = { share: 1, networks: [], complete: true };
  #appliedAt = -Infinity;
  #isDue = false;

  constructor(options: InitialGateOptions) {
    this.#options = options;
    this.#since = options.now();
  }

  /** Share currently accepted from unknown networks. */
  get share(): number {
    return this.#share;
  }

  /** Counts a new connection from a known or unknown network. */
  arrived(isKnown: boolean): void {
    if (!isKnown && ++this.#arrived >= BURST) this.#measure(1);
    if (!this.#isTicking) this.#tick();
  }

  /** Records that the networks of connections in handshake have changed. */
  changed(): void {
    if (this.#share < 1) this.#update();
  }

  /** Stops; the kernel keeps its filter. */
  close(): void {
    this.#isClosed = true;
  }

  /** Measures the load while there is any. */
  #tick(): void {
    this.#isTicking = true;
    this.#options.later(TICK, () => {
      this.#isTicking = false;
      if (this.#isClosed) return;
      this.#measure(WEIGHT);
      if (this.#share < 1 || this.#load > 1) this.#tick();
    });
  }

  /** `weight` is that of this measurement against the earlier ones. */
  #measure(weight: number): void {
    const now = this.#options.now();
    const elapsed = Math.max(1, now - this.#since);
    const load = this.#arrived * 1_000 / elapsed / this.#applied.share;
    [this.#since, this.#arrived] = [now, 0];
    this.#load = this.#share === 1 ? load : this.#load + weight * (load - this.#load);
    const wanted = Math.max(LEAST_SHARE, Math.min(1, RATE / Math.max(1, this.#load)));
    this.#share = Math.min(wanted, this.#share * 2 ** (elapsed / RECOVERY));
    if (this.#share >= 1) this.#share = 1;
    this.#update();
  }

  #update(): void {
    if (this.#isDue || this.#isClosed) return;
    const wait = this.#appliedAt + UPDATE_PAUSE - this.#options.now();
    if (wait <= 0) return this.#apply();
    this.#isDue = true;
    this.#options.later(wait, () => {
      this.#isDue = false;
      if (!this.#isClosed) this.#apply();
    });
  }

  #apply(): void {
    const rule = this.#rule();
    if (isSame(rule, this.#applied)) return;
    const { apply, flooded, now } = this.#options;
    const wasOpen = this.#applied.share === 1;
    this.#applied = rule;
    this.#appliedAt = now();
    apply(rule);
    if (wasOpen) flooded?.(this.#load);
    else if (rule.share === 1) flooded?.(undefined);
  }

  #rule(): InitialRule {
    if (this.#share === 1) return { share: 1, networks: [], complete: true };
    const { known, handshaking } = this.#options;
    const all = known();
    const networks = new Set<string>();
    const excessive = new Set<string>();
    for (const [network, count, most] of handshaking()) {
      if (count > most) excessive.add(network);
      else networks.add(network);
    }
    for (let i = all.length - 1; i >= 0 && networks.size < MAX_NETWORKS; i--) {
      if (!excessive.has(all[i])) networks.add(all[i]);
    }
    const complete = networks.size < MAX_NETWORKS || all.length <= networks.size;
    return { share: this.#share, networks: [...networks], complete };
  }
}

function isSame(one: InitialRule, other: InitialRule): boolean {
  if (one.share === 1 || other.share === 1) return one.share === other.share;
  if (Math.abs(one.share - other.share) > NOTABLE * other.share) return false;
  if (one.complete !== other.complete || one.networks.length !== other.networks.length) {
    return false;
  }
  return one.networks.every((network, i) => network === other.networks[i]);
}
