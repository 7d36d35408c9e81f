/** What the admission of connections must do, whatever strangers do: for property tests and fuzzing. */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import {
  Admission,
  type AdmissionLimits,
  type NoPlace,
  type Place,
} from "../../src/tunnel/admission.ts";
import { networksOf } from "../../src/tunnel/network.ts";
import { Reputation, type Standing } from "../../src/tunnel/reputation.ts";

/** What a stranger, a client or time may do. */
export type AdmissionStep =
  | { do: "enter"; host: number }
  /** To one of the connections that have a place. */
  | { do: "greet" | "encrypted" | "login" | "fail" | "leave"; which: number }
  /** Whatever is said of one that has lost its place. */
  | { do: "late"; which: number }
  | { do: "start" }
  /** Milliseconds pass. */
  | { do: "pass"; time: number };

/** Hosts that an "enter" may name. */
export const HOSTS = 12;
const hostOf = (index: number): string =>
  index < HOSTS / 2 ? `10.0.0.${index}` : `2001:db8:0:${index % 2}0${index}::1`;

/** Milliseconds after which a place can be taken away, whoever is equal. */
const PATIENCE = { silent: 0, queued: Infinity, busy: 1_500 };
/** The parts of all places that each standing fills at most, and from which on chance decides. */
const MOST: Readonly<Record<Standing, number>> = { known: 1, new: 7 / 8, failed: 3 / 4 };
const FROM: Readonly<Record<Standing, number>> = { known: 1, new: 1 / 2, failed: 1 / 4 };
const RANKS: readonly Standing[] = ["failed", "new", "known"];
/** Handshakes that begin at once. */
const BURST = 8;

interface Seat {
  host: string;
  stage: keyof typeof PATIENCE;
  since: number;
}

/** An admission and what is known of it. Whatever does not hold is thrown. */
export class AdmissionModel {
  /** What became of connections, and how often. */
  readonly words = new Set<string>();
  #time = 0;
  #limits: AdmissionLimits;
  #reputation = new Reputation(() => this.#time);
  #admission: Admission;
  #held = new Map<Place, Seat>();
  #gone: Place[] = [];
  #displaced: Place[] = [];
  /** Handshakes that may begin now: of known addresses, and of strangers. */
  #tokens = { known: BURST, strangers: BURST };

  /** `chances`, none of which is 1, are drawn in turn. */
  constructor(limits: AdmissionLimits, chances: readonly number[]) {
    let draws = 0;
    this.#limits = limits;
    this.#admission = new Admission(limits, {
      reputation: this.#reputation,
      now: () => this.#time,
      random: () => chances[draws++ % chances.length],
    });
  }

  /** Does one thing, and looks at what must hold after each. */
  take(step: AdmissionStep): void {
    if (step.do === "pass") this.#pass(step.time);
    else if (step.do === "enter") this.#enter(hostOf(step.host));
    else if (step.do === "start") this.#start();
    else if (step.do === "late") this.#late(this.#gone[step.which % this.#gone.length]);
    else this.#advance(step.do, [...this.#held.keys()][step.which % this.#held.size]);
    assertEquals(this.#admission.size, this.#held.size);
    assertLessOrEqual(this.#held.size, this.#limits.unauthenticated);
    assertLessOrEqual(this.#admission.networks, 3 * this.#held.size);
  }

  /** All go: nothing is left of them. */
  finish(): void {
    for (const place of this.#held.keys()) this.#admission.leave(place);
    assertEquals([this.#admission.size, this.#admission.networks], [0, 0]);
    assertEquals([this.#admission.start(), this.#admission.nextStart()], [undefined, undefined]);
  }

  #pass(milliseconds: number): void {
    this.#time += milliseconds;
    const filled = milliseconds * this.#limits.handshakeRate / 1_000;
    for (const who of ["known", "strangers"] as const) {
      this.#tokens[who] = Math.min(BURST, this.#tokens[who] + filled);
    }
  }

  #enter(host: string): void {
    const networks = networksOf(host);
    const standing = this.#reputation.standing(networks);
    const before = this.#held.size;
    const own = this.#among("own", networks.own).length;
    const entered: Place | NoPlace = this.#admission.enter(
      host,
      () => this.#displaced.push(entered as Place),
    );
    const out = this.#displaced.splice(0);
    assertLessOrEqual(out.length, 1);
    if (typeof entered === "string") {
      assertEquals(out, []);
      this.#mustBeRefused(entered, { networks, standing });
      return void this.words.add(`${standing} ${entered}`);
    }
    const room = this.#limits.perAddress + this.#reputation.logins(networks);
    for (const other of out) this.#mustMakeRoom(other, entered);
    if (out.length === 0) assert(before < Math.ceil(MOST[standing] * this.#limits.unauthenticated));
    assertEquals(entered.standing, standing);
    this.#held.set(entered, { host, stage: "silent", since: this.#time });
    // Where a login has been forgotten meanwhile, one comes for one that goes.
    assertLessOrEqual(this.#among("own", networks.own).length, Math.max(room, own));
    this.words.add(
      out.length === 0 ? `${standing} in` : `${standing} displaced ${out[0].standing}`,
    );
  }

  /** Who is slow or has said nothing yet gives way, or who ranks lower. */
  #mustMakeRoom(other: Place, entered: Place): void {
    const seat = this.#held.get(other);
    assert(seat !== undefined, "who has no place cannot give way");
    const [its, mine] = [rank(other), rank(entered)];
    const same = other.networks.own === entered.networks.own ||
      other.networks.wide.some((wide) => entered.networks.wide.includes(wide));
    assert(
      this.#isLoose(seat) ? same || its <= mine : its < mine,
      "nobody gives way to a lesser one",
    );
    this.#held.delete(other);
    this.#gone.push(other);
  }

  /** There is no place only where a bound is reached and nobody is to make room. */
  #mustBeRefused(reason: NoPlace, place: Place): void {
    const { unauthenticated, perAddress } = this.#limits;
    const { own, wide } = place.networks;
    if (reason === "address-limit") {
      const its = this.#among("own", own);
      assert(its.length >= perAddress || its.length >= unauthenticated, "below the bound");
      assert(!its.some(([, seat]) => this.#isLoose(seat)), "a loose one kept its place");
    } else if (reason === "network-limit") {
      assert(place.standing !== "known", "known addresses have no wide bound");
      const counts = wide.map((network) => this.#among("wide", network).length);
      assert(counts.some((count, i) => count >= perAddress * [2, 4][i]), "below the bound");
    } else {
      assertEquals(reason, "places-short");
      assert(this.#held.size > FROM[place.standing] * unauthenticated - 1, "places are not short");
      for (const [other, seat] of this.#held) {
        assert(rank(other) >= rank(place), "a lesser one kept its place");
        assert(rank(other) > rank(place) || !this.#isLoose(seat), "a loose one kept its place");
      }
    }
  }

  #among(which: "own" | "wide", network: string): [Place, Seat][] {
    return [...this.#held].filter(([{ networks, standing }]) =>
      which === "own"
        ? networks.own === network
        : standing !== "known" && networks.wide.includes(network)
    );
  }

  /** Slow, or without a hello: its place goes to another one that needs it. */
  #isLoose({ stage, since }: Seat): boolean {
    return this.#time - since >= PATIENCE[stage];
  }

  /** Known ones begin first, new ones before failed ones, none out of turn and none too soon. */
  #start(): void {
    const queued = [...this.#held].filter(([, { stage }]) => stage === "queued");
    const wait = this.#admission.nextStart();
    assertEquals(wait === undefined, queued.length === 0);
    const ready = RANKS.filter((standing) => {
      const tokens = this.#tokens[standing === "known" ? "known" : "strangers"];
      return tokens > 1 - 1e-6 && queued.some(([place]) => place.standing === standing);
    });
    const place = this.#admission.start();
    assertEquals(place?.standing, ready.at(-1));
    if (place === undefined) return;
    const seat = this.#held.get(place);
    assert(seat?.stage === "queued", "it was not its turn");
    [seat.stage, seat.since] = ["busy", this.#time];
    this.#tokens[place.standing === "known" ? "known" : "strangers"]--;
    this.words.add(`${place.standing} started`);
  }

  #advance(what: "greet" | "encrypted" | "login" | "fail" | "leave", place?: Place): void {
    const seat = place && this.#held.get(place);
    if (place === undefined || seat === undefined) return;
    if (what === "greet" || what === "encrypted") {
      this.#admission.greeted(place, what === "encrypted");
      if (seat.stage !== "silent") return;
      return void Object.assign(seat, {
        stage: what === "greet" ? "queued" : "busy",
        since: this.#time,
      });
    }
    this.#held.delete(place);
    this.#gone.push(place);
    if (what === "login") this.#admission.authenticated(place, `client of ${seat.host}`);
    else if (what === "fail") this.#admission.failed(place);
    else this.#admission.leave(place);
    const standing = this.#reputation.standing(place.networks);
    if (what === "login") assertEquals(standing, "known");
    if (what === "fail") assert(standing !== "new", "a failure is remembered");
  }

  /** What comes late for a place that was given back, or taken away, changes nothing. */
  #late(place: Place | undefined): void {
    if (place === undefined) return;
    const before = this.#reputation.standing(place.networks);
    this.#admission.greeted(place);
    this.#admission.failed(place);
    this.#admission.leave(place);
    assertEquals(this.#reputation.standing(place.networks), before);
  }
}

function rank({ standing }: Place): number {
  return RANKS.indexOf(standing);
}
