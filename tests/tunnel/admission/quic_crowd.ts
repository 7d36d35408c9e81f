/** A crowd that connects over QUIC, simulated with the server's own limits and a clock. */
import { Backoff } from "../../../src/daemon/backoff.ts";
import { seededRandom } from "../../../src/limits/seeded_random.ts";
import { Admission, type Place } from "../../../src/tunnel/admission/admission.ts";
import { networksOf } from "../../../src/tunnel/admission/network.ts";
import { Reputation } from "../../../src/tunnel/admission/reputation.ts";
import { InitialGate, type InitialRule } from "../../../src/tunnel/quic/initial_gate.ts";
import { QuicHandshakes } from "../../../src/tunnel/quic/quic_handshakes.ts";

/** What is simulated. Times are in milliseconds. */
export interface CrowdOptions {
  clients: number;
  /** Clients behind one address. Default: 1. */
  perAddress?: number;
  /** Strangers that open a stream, never log in, and return at once when they are closed. */
  strangers?: number;
  roundTrip: number;
  /** Time of the server's CPU for each handshake and each login, one after the other. */
  work: number;
  seed: number;
}

/** QUIC sends its first packet again after this time, then after twice that (RFC 9002 6.2.2). */
const FIRST_PTO = 1_000;
/** Default timeout of an attempt. */
const ATTEMPT_TIMEOUT = 10_000;
/** Interval of the listener's sweeps. */
const SWEEP = 500;
/** What the configuration has as default. */
const LIMITS = { unauthenticated: 128, perAddress: 4, handshakeRate: 100 };
const RECONNECT = { base: 500, cap: 30_000, reset: 60_000 };

/** One attempt of a member of the crowd. */
interface Attempt {
  readonly host: string;
  isOver: boolean;
  /** Whether the server has its first packet. */
  isReceived: boolean;
  readonly fail: () => void;
  /** Called when the stream is open, with what ends the stay. */
  readonly seated: (attempt: Attempt, place: Place) => void;
}

/** The simulation. */
export class QuicCrowd {
  /** When each client logged in. */
  readonly loggedIn: number[] = [];
  #options: CrowdOptions;
  #time = 0;
  #due = new Map<number, (() => void)[]>();
  #random: () => number;
  #busyUntil = 0;
  #rule: InitialRule = { share: 1, networks: [], complete: true };
  #reputation: Reputation;
  #admission: Admission;
  #handshakes: QuicHandshakes;
  #gate: InitialGate;

  constructor(options: CrowdOptions) {
    this.#options = options;
    const random = this.#random = seededRandom(() => Uint8Array.of(7, 7, 7, options.seed));
    const now = (): number => this.#time;
    const reputation = this.#reputation = new Reputation(now);
    this.#admission = new Admission(LIMITS, { reputation, now, random });
    const knows = (host: string): boolean => reputation.isKnown(host);
    this.#handshakes = new QuicHandshakes({ knows, now, random });
    this.#gate = new InitialGate({
      apply: (rule) => void (this.#rule = rule),
      known: () => reputation.latest(512),
      handshaking: () => this.#handshakes.networks(),
      now,
      later: (milliseconds, run) => this.#later(milliseconds, run),
    });
  }

  /** Runs until all clients are in, or for at most this time; everyone begins at time 0. */
  run(most: number): void {
    const { clients, strangers = 0, perAddress = 1 } = this.#options;
    for (let i = 0; i < clients; i++) this.#client(addressOf(10, Math.floor(i / perAddress)));
    for (let i = 0; i < strangers; i++) this.#stranger(addressOf(11, i));
    for (; this.#time <= most && this.loggedIn.length < clients; this.#time++) {
      if (this.#time % SWEEP === 0) this.#handshakes.sweep();
      const due = this.#due.get(this.#time) ?? [];
      for (const run of due) run(); // may add more for now
      this.#due.delete(this.#time);
    }
  }

  #later(milliseconds: number, run: () => void): void {
    const at = this.#time + Math.max(0, Math.round(milliseconds));
    const due = this.#due.get(at);
    if (due === undefined) this.#due.set(at, [run]);
    else due.push(run);
  }

  /** Runs when the server has done the work that it had before, and this. */
  #work(run: () => void): void {
    this.#busyUntil = Math.max(this.#busyUntil, this.#time) + this.#options.work;
    this.#later(this.#busyUntil - this.#time, run);
  }

  #client(host: string): void {
    const { roundTrip } = this.#options;
    const backoff = new Backoff(RECONNECT, this.#random);
    const next = () => this.#later(roundTrip / 2 + backoff.next(0), begin);
    const begin = () =>
      this.#begin(host, next, (attempt, place) =>
        // The challenge goes out, and the proof returns.
        this.#later(roundTrip, () => this.#work(() => this.#login(attempt, place))));
    begin();
  }

  #stranger(host: string): void {
    const begin = () => this.#begin(host, () => this.#later(this.#options.roundTrip, begin), stay);
    const stay = (attempt: Attempt, place: Place): void =>
      this.#later(5_000, () => {
        if (attempt.isOver) return;
        this.#admission.failed(place);
        attempt.fail();
      });
    begin();
  }

  #begin(host: string, failed: () => void, seated: Attempt["seated"]): void {
    const attempt = {
      ...{ host, seated, isOver: false, isReceived: false },
      fail: () => {
        if (attempt.isOver) return;
        attempt.isOver = true;
        failed();
      },
    };
    this.#later(ATTEMPT_TIMEOUT, attempt.fail);
    this.#send(attempt, FIRST_PTO);
  }

  /** Sends the first packet, and again for as long as the server does not answer. */
  #send(attempt: Attempt, timeout: number): void {
    if (attempt.isOver || attempt.isReceived) return;
    this.#later(timeout, () => this.#send(attempt, timeout * 2));
    this.#later(this.#options.roundTrip / 2, () => {
      if (attempt.isOver || attempt.isReceived || !this.#passesKernel(attempt.host)) return;
      if (!this.#handshakes.begin()) return this.#gate.arrived(false);
      attempt.isReceived = true;
      this.#work(() => this.#shakeHands(attempt));
    });
  }

  #passesKernel(host: string): boolean {
    const { share, networks } = this.#rule;
    return share === 1 || networks.includes(networksOf(host).own) || this.#random() < share;
  }

  #shakeHands(attempt: Attempt): void {
    if (attempt.isOver) return;
    const done = this.#handshakes.enter(attempt.host, attempt.fail);
    this.#gate.arrived(this.#reputation.isKnown(attempt.host));
    this.#gate.changed();
    this.#later(this.#options.roundTrip, () => {
      this.#work(() => {
        done();
        if (!attempt.isOver) this.#greet(attempt);
      });
    });
  }

  #greet(attempt: Attempt): void {
    const guest = { displace: attempt.fail, hasSpoken: () => true };
    const place = this.#admission.enter(attempt.host, guest);
    if (typeof place === "string") return attempt.fail();
    if (this.#admission.greeted(place, true) !== undefined) return attempt.fail();
    attempt.seated(attempt, place);
  }

  #login(attempt: Attempt, place: Place): void {
    if (attempt.isOver) return;
    attempt.isOver = true;
    this.#admission.authenticated(place, `client ${this.loggedIn.length}`);
    this.loggedIn.push(this.#time);
  }
}

function addressOf(first: number, index: number): string {
  return `${first}.0.${index >> 8}.${index & 255}`;
}
