/** A model of admission that holds whatever strangers do, for property tests and fuzzing. */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import {
  Admission,
  type AdmissionLimits,
  type NoPlace,
} from "../../src/tunnel/admission/admission.ts";
import { type Networks, networksOf } from "../../src/tunnel/admission/network.ts";
import { Reputation } from "../../src/tunnel/admission/reputation.ts";
import { type Place, type Rank, RANKS } from "../../src/tunnel/admission/seat.ts";
import type { Ticket } from "../../src/tunnel/admission/ticket.ts";
import { TicketModel } from "./ticket_model.ts";

/** An action of a stranger or client, or the passing of time. */
export type AdmissionStep =
  | { do: "enter"; host: number }
  /** Applies to one of the connections that have a place. */
  | { do: "greet" | "encrypted" | "login" | "fail" | "leave"; which: number }
  /** It sends its hello with a client's ticket. */
  | { do: "ticket"; which: number; client: number; number: number }
  /** Any call for a connection that has lost its place. */
  | { do: "late"; which: number }
  | { do: "start" }
  /** Milliseconds pass. */
  | { do: "pass"; time: number };

/** Number of hosts for "enter", and of clients with tickets. */
export const HOSTS = 12;
export const CLIENTS = 3;
const hostOf = (index: number): string =>
  index < HOSTS / 2 ? `10.0.0.${index}` : `2001:db8:0:${index % 2}0${index}::1`;

/** Milliseconds after which a handshake has taken too long. */
const SLOW = 1_500;
/** Maximum share of all places by rank, and the share from which chance decides. */
const MOST: Record<Rank, number> = { ticketed: 3 / 4, known: 3 / 4, new: 5 / 8, failed: 1 / 2 };
const FROM: Record<Rank, number> = { ticketed: 3 / 4, known: 3 / 4, new: 3 / 8, failed: 1 / 4 };
/** Handshakes that may begin in one burst. */
const BURST = 8;
const KINDS = ["ticketed", "known", "strangers"] as const;
const kindOf = (rank: Rank): typeof KINDS[number] =>
  rank === "ticketed" || rank === "known" ? rank : "strangers";

interface Seat {
  host: string;
  rank: Rank;
  ticket?: Ticket;
  stage: "silent" | "queued" | "busy";
  since: number;
}

/** An admission and its expected state. Throws if something does not hold. */
export class AdmissionModel {
  /** Outcomes of connections, and their counts. */
  readonly words = new Set<string>();
  #time = 0;
  #limits: AdmissionLimits;
  #reputation = new Reputation(() => this.#time);
  #admission: Admission;
  #tickets = new TicketModel();
  #held = new Map<Place, Seat>();
  #gone: Place[] = [];
  #displaced: Place[] = [];
  /** Handshakes of each kind that may begin now. */
  #tokens = { ticketed: BURST, known: BURST, strangers: BURST };

  /** `chances`, all below 1, are used in turn. */
  constructor(limits: AdmissionLimits, chances: readonly number[]) {
    let draws = 0;
    this.#limits = limits;
    this.#admission = new Admission(limits, {
      reputation: this.#reputation,
      now: () => this.#time,
      random: () => chances[draws++ % chances.length],
    });
  }

  /** Applies one step, then checks what must hold after every step. */
  take(step: AdmissionStep): void {
    const which = "which" in step
      ? [...this.#held.keys()][step.which % this.#held.size]
      : undefined;
    if (step.do === "pass") this.#pass(step.time);
    else if (step.do === "enter") this.#enter(hostOf(step.host));
    else if (step.do === "start") this.#start();
    else if (step.do === "late") this.#late(this.#gone[step.which % this.#gone.length]);
    else if (step.do === "greet") this.#greet(which, false);
    else if (step.do === "encrypted") this.#greet(which, true);
    else if (step.do === "ticket") {
      this.#greet(which, false, { client: `client ${step.client}`, number: step.number });
    } else this.#end(step.do, which);
    const { unauthenticated } = this.#limits;
    assertEquals(this.#admission.size, this.#held.size);
    assertLessOrEqual(this.#held.size, unauthenticated);
    assertLessOrEqual(this.#greeted.length, Math.ceil(unauthenticated * 3 / 4));
    assertLessOrEqual(this.#admission.networks, 3 * this.#held.size);
    const clients = [...this.#held.values()].flatMap(({ ticket }) => ticket?.client ?? []);
    assertEquals(new Set(clients).size, clients.length, "a client has one place by its tickets");
  }

  /** Removes all connections and checks that nothing is left of them. */
  finish(): void {
    for (const place of this.#held.keys()) this.#admission.leave(place);
    assertEquals([this.#admission.size, this.#admission.networks], [0, 0]);
    assertEquals([this.#admission.start(), this.#admission.nextStart()], [undefined, undefined]);
  }

  #pass(milliseconds: number): void {
    this.#time += milliseconds;
    const filled = milliseconds * this.#limits.handshakeRate / 1_000;
    for (const kind of KINDS) this.#tokens[kind] = Math.min(BURST, this.#tokens[kind] + filled);
  }

  #enter(host: string): void {
    const networks = networksOf(host);
    const standing = this.#reputation.standing(networks);
    const own = this.#among("own", networks.own);
    const before = this.#held.size;
    const entered: Place | NoPlace = this.#admission.enter(host, {
      displace: () => this.#displaced.push(entered as Place),
    });
    const [out, ...others] = this.#displaced.splice(0);
    assertEquals(others, []);
    if (typeof entered === "string") {
      assertEquals([out, entered], [undefined, "places-short"]);
      assertEquals(before, this.#limits.unauthenticated);
      this.#nobodyYields(standing);
      for (const { stage, rank } of this.#held.values()) {
        assert(stage !== "silent" || rank === "known" && standing !== "known");
      }
      return void this.words.add(`${standing} ${entered}`);
    }
    assertEquals([entered.standing, entered.brief], [standing, own.length >= this.#room(networks)]);
    if (out === undefined) assert(before < this.#limits.unauthenticated);
    else this.words.add(`${standing} displaced ${this.#goes(out, entered, standing, "silent")}`);
    this.#held.set(entered, { host, rank: standing, stage: "silent", since: this.#time });
    const silent = this.#among("own", networks.own).filter(([, { stage }]) => stage === "silent");
    const { unauthenticated, perAddress } = this.#limits;
    assertLessOrEqual(silent.length, Math.max(perAddress, unauthenticated / 8));
  }

  #greet(place: Place | undefined, encrypted: boolean, ticket?: Ticket): void {
    const seat = place && this.#held.get(place);
    if (place === undefined || seat === undefined) return;
    if (seat.stage !== "silent") {
      assertEquals(this.#admission.greeted(place, encrypted, ticket), undefined);
      return assertEquals(this.#displaced, []);
    }
    const taken = ticket && this.#tickets.take(ticket, this.#time);
    const former = [...this.#held].find(([, other]) =>
      taken && other.ticket?.client === ticket?.client
    );
    if (taken) Object.assign(seat, { rank: "ticketed", ticket });
    const refusal = this.#admission.greeted(place, encrypted, ticket);
    const out = this.#displaced.splice(0);
    if (former !== undefined) {
      assertEquals(out.shift(), former[0]);
      this.#forget(former[0]);
    }
    assertLessOrEqual(out.length, 1);
    const isFull =
      this.#greeted.length >= Math.ceil(MOST[seat.rank] * this.#limits.unauthenticated);
    assert(!isFull || out.length > 0 || refusal !== undefined, "the limit is exceeded");
    if (refusal !== undefined) {
      assertEquals(out, []);
      this.#mustBeRefused(refusal, place, seat);
      this.#forget(place);
    } else {
      for (const other of out) {
        this.words.add(`gone ${this.#goes(other, place, seat.rank, "busy")}`);
      }
      Object.assign(seat, { stage: encrypted ? "busy" : "queued", since: this.#time });
    }
    this.words.add(`${seat.rank} ${refusal ?? "stays"}`);
  }

  /** Evicts a slow connection, one of lower rank, or one without a hello. */
  #goes(other: Place, newcomer: Place, rank: Rank, stage: "silent" | "busy"): string {
    const seat = this.#held.get(other);
    assert(seat !== undefined, "evicted without a place");
    const same = other.networks.own === newcomer.networks.own ||
      other.networks.wide.some((wide) => newcomer.networks.wide.includes(wide));
    const [its, mine] = [RANKS.indexOf(seat.rank), RANKS.indexOf(rank)];
    const equal = kindOf(seat.rank) === kindOf(rank);
    const fits = seat.stage === "silent"
      ? stage === "silent" && (same || its <= mine || equal)
      : this.#isSlow(seat)
      ? same || its <= mine
      : its < mine;
    assert(fits, "a connection was evicted for one of lower rank");
    this.#forget(other);
    return `${seat.stage} ${seat.rank}`;
  }

  /** A place is refused only if a limit is reached and no connection may be evicted. */
  #mustBeRefused(reason: NoPlace, place: Place, { rank }: Seat): void {
    const { own, wide } = place.networks;
    const room = this.#room(place.networks);
    const said = (which: "own" | "wide", network: string) =>
      this.#among(which, network).filter(([other, { stage }]) =>
        other !== place && stage !== "silent"
      );
    if (reason === "address-limit") {
      assert(rank !== "ticketed", "a ticket is not counted with an address");
      assert(said("own", own).length >= room, "below the limit");
      assert(!said("own", own).some(([, seat]) => this.#isSlow(seat)), "a slow one kept its place");
    } else if (reason === "network-limit") {
      assert(rank !== "ticketed" && place.standing !== "known", "wide networks have no limit");
      const isFull = wide.some((key, i) => said("wide", key).length >= room * [2, 4][i]);
      assert(isFull, "below the limit");
    } else {
      assertEquals(reason, "places-short");
      assert(this.#greeted.length > FROM[rank] * this.#limits.unauthenticated - 1, "room is left");
      this.#nobodyYields(rank);
    }
  }

  #nobodyYields(rank: Rank): void {
    for (const seat of this.#greeted) {
      const [its, mine] = [RANKS.indexOf(seat.rank), RANKS.indexOf(rank)];
      assert(its >= mine, "a lower rank kept its place");
      assert(its > mine || !this.#isSlow(seat), "a slow one kept its place");
    }
  }

  get #greeted(): Seat[] {
    return [...this.#held.values()].filter(({ stage }) => stage !== "silent");
  }

  #room(networks: Networks): number {
    const { unauthenticated, perAddress } = this.#limits;
    const known = perAddress + this.#reputation.logins(networks);
    return Math.max(perAddress, Math.min(known, unauthenticated * 3 / 4));
  }

  #among(which: "own" | "wide", network: string): [Place, Seat][] {
    return [...this.#held].filter(([{ networks, standing }, { rank }]) =>
      rank !== "ticketed" &&
      (which === "own"
        ? networks.own === network
        : standing !== "known" && networks.wide.includes(network))
    );
  }

  #isSlow({ stage, since }: Seat): boolean {
    return stage === "busy" && this.#time - since >= SLOW;
  }

  /** Higher ranks begin first; none begins out of turn or too soon. */
  #start(): void {
    const queued = this.#greeted.filter(({ stage }) => stage === "queued");
    assertEquals(this.#admission.nextStart() === undefined, queued.length === 0);
    const ready = RANKS.filter((each) =>
      this.#tokens[kindOf(each)] > 1 - 1e-6 && queued.some(({ rank }) => rank === each)
    );
    const place = this.#admission.start();
    const seat = place && this.#held.get(place);
    assertEquals(seat?.rank, ready.at(-1));
    if (seat === undefined) return assertEquals(place, undefined);
    assert(seat.stage === "queued", "it was not its turn");
    [seat.stage, seat.since] = ["busy", this.#time];
    this.#tokens[kindOf(seat.rank)]--;
    this.words.add(`${seat.rank} started`);
  }

  #end(what: "login" | "fail" | "leave", place?: Place): void {
    const seat = place && this.#held.get(place);
    if (place === undefined || seat === undefined) return;
    const client = seat.ticket?.client ?? `client of ${seat.host}`;
    if (what === "login") this.#admission.authenticated(place, client);
    else if (what === "fail") this.#admission.failed(place);
    else this.#admission.leave(place);
    if (what === "login" && seat.ticket !== undefined) this.#tickets.loggedIn(seat.ticket);
    this.#forget(place);
    const standing = this.#reputation.standing(place.networks);
    if (what === "login") assertEquals(standing, "known");
    if (what === "fail") assert(standing !== "new", "a failure is remembered");
  }

  #forget(place: Place): void {
    const ticket = this.#held.get(place)?.ticket;
    if (ticket !== undefined) this.#tickets.leave(ticket);
    this.#held.delete(place);
    this.#gone.push(place);
  }

  /** A late call for a place that was freed or taken away changes nothing. */
  #late(place: Place | undefined): void {
    if (place === undefined) return;
    const before = this.#reputation.standing(place.networks);
    const ticket = { client: "client 0", number: 99 };
    assertEquals(this.#admission.greeted(place, false, ticket), undefined);
    this.#admission.failed(place);
    this.#admission.leave(place);
    assertEquals(this.#reputation.standing(place.networks), before);
  }
}
