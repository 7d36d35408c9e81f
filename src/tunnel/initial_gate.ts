/** How many first packets of unknown networks the kernel lets through, so that it drops a flood's. */

/** Connections of unknown networks that begin in a second while there are more. */
const RATE = 200;
/** So many within a tick end it: a flood is not waited for. */
const BURST = 128;
/** How often the load is looked at. Milliseconds. */
const TICK = 250;
/** The share that passes doubles in a second at most, when the load falls. */
const RECOVERY = 1_000;
/** Below it a share is of no use to anybody. */
const LEAST_SHARE = 1 / 65_536;
/** What is measured in a whole tick counts for so much against what was measured before. */
const WEIGHT = 0.4;
/** The kernel gets another filter at most so often. Milliseconds. */
const UPDATE_PAUSE = 20;
/** A share that differs by less needs no other filter. */
const NOTABLE = 0.1;

/** Networks that the kernel is told: those of clients, and those of connections in handshake. */
export const MAX_NETWORKS = 512;

/** What is dropped of what begins connections. */
export interface InitialRule {
  /** The part that passes from unknown networks. */
  readonly share: number;
  /** The networks from which all passes. */
  readonly networks: readonly string[];
  /** Whether every network of a client is among them. */
  readonly complete: boolean;
}

/** What a gate is made of. */
export interface InitialGateOptions {
  /** Has the kernel follow a rule from now on. */
  apply: (rule: InitialRule) => void;
  /** The networks that clients have logged in from, the latest last; the same array if nothing is new. */
  known: () => readonly string[];
  /** Networks of connections in handshake, how many each has, and how many it may have. */
  handshaking: () => Iterable<readonly [network: string, count: number, most: number]>;
  /** The kernel begins to drop first packets, of so many a second; or no longer does. */
  flooded?: ((perSecond: number | undefined) => void) | undefined;
  /** Milliseconds of a steady clock. */
  now: () => number;
  /** Calls back after so many milliseconds. */
  later: (milliseconds: number, run: () => void) => void;
}

/**
 * Measures how many connections unknown networks begin, and sets the share of them that the kernel
 * lets through:
 *
 *     open ──more than RATE──▶ flooded, share = RATE / load ──load falls, share doubles──▶ open
 *
 * While it is flooded the kernel knows the networks of clients and of connections in handshake, whose
 * packets all pass. One that has too many connections in handshake is no longer among them.
 */
export class InitialGate {
  #options: InitialGateOptions;
  #share = 1;
  /** First packets a second of unknown networks, as they came before the kernel dropped any. */
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

  /** The part that passes from unknown networks now. */
  get share(): number {
    return this.#share;
  }

  /** A connection begins, from a network that is known or not. */
  arrived(isKnown: boolean): void {
    if (!isKnown && ++this.#arrived >= BURST) this.#measure(1);
    if (!this.#isTicking) this.#tick();
  }

  /** Networks in handshake are others than before. */
  changed(): void {
    if (this.#share < 1) this.#update();
  }

  /** Leaves the kernel as it is. */
  close(): void {
    this.#isClosed = true;
  }

  /** Looks at the load as long as there is any. */
  #tick(): void {
    this.#isTicking = true;
    this.#options.later(TICK, () => {
      this.#isTicking = false;
      if (this.#isClosed) return;
      this.#measure(WEIGHT);
      if (this.#share < 1 || this.#load > 1) this.#tick();
    });
  }

  /** `weight`: what counts of this measurement, against those before. */
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
