import { type Networks, networksOf } from "./network.ts";
import type { Reputation } from "./reputation.ts";
import { Group, isSlow, pick, RANKS } from "./seat.ts";
import type { Guest, Place, Rank, Seat, Stage } from "./seat.ts";
import { StartPace } from "./start_pace.ts";
import type { Ticket } from "./ticket.ts";
import { TicketSeats } from "./ticket_seats.ts";

export type { Guest, Place } from "./seat.ts";

/** Limits on connections that have not authenticated yet. */
export interface AdmissionLimits {
  /** Connections in all. */
  unauthenticated: number;
  /** Connections from one IPv4 address or one IPv6 /64, and one more for each client known there. */
  perAddress: number;
  /** TLS handshakes that are begun in a second, for strangers; known addresses have as many again. */
  handshakeRate: number;
}

/** Why there is no place. */
export type NoPlace =
  /** Its address has as many connections as it may. */
  | "address-limit"
  /** Its /56 or /48 has. */
  | "network-limit"
  /** So many places are taken that strangers are turned away at random, or all are. */
  | "places-short"
  /** It was slow, or had said nothing yet, and its place was needed. */
  | "displaced";

/** What decides, beside the limits. */
export interface AdmissionMeans {
  reputation: Reputation;
  /** Milliseconds of a steady clock. */
  now: () => number;
  /** Numbers in [0, 1). */
  random: () => number;
}

/** An IPv6 /56 and a /48 have so many times what an address has. */
const WIDE_SHARES = [2, 4];
/** The part of all places that connections of one address may have without a hello. */
const SILENT_SHARE = 1 / 8;

/** By rank, as parts of all places: where random drops begin after the hello, and what it may fill. */
const SHARES: Readonly<Record<Rank, readonly [from: number, most: number]>> = {
  ticketed: [3 / 4, 3 / 4],
  known: [3 / 4, 3 / 4],
  new: [3 / 8, 5 / 8],
  failed: [1 / 4, 1 / 2],
};

/**
 * Gives out places to connections between accept and authentication, so that strangers hold only so
 * many sockets and cost only so many handshakes:
 *
 *     enter ──▶ silent ──greeted──▶ queued ──start──▶ busy ──▶ leave
 *                  └─────────displaced─────────────────┘
 *
 * A connection gets in for the time that its hello takes; what it says decides on the rest. There a
 * client's ticket comes first, whatever its address, then known addresses, then new ones, then those
 * that have failed. Where places are short, a slow connection makes room first, and among equals
 * chance decides (random early drop). Memory is bounded by `unauthenticated`.
 */
export class Admission {
  #limits: AdmissionLimits;
  #means: AdmissionMeans;
  #pace: StartPace;
  #tickets: TicketSeats;
  #networks = new Map<string, Group>();
  #ranks: Record<Rank, Group> = {
    ticketed: new Group(),
    known: new Group(),
    new: new Group(),
    failed: new Group(),
  };
  #seats = new Map<Place, Seat>();

  constructor(limits: AdmissionLimits, means: AdmissionMeans) {
    this.#limits = limits;
    this.#means = means;
    this.#pace = new StartPace(limits.handshakeRate, means.now);
    this.#tickets = new TicketSeats(means.now);
  }

  /** Takes over other limits; a connection that has a place keeps it. */
  reconfigure(limits: AdmissionLimits): void {
    this.#limits = limits;
    this.#pace.reconfigure(limits.handshakeRate);
  }

  /** Taken places. */
  get size(): number {
    return this.#seats.size;
  }

  /** Networks that hold any of them. */
  get networks(): number {
    return this.#networks.size;
  }

  /** Takes a place for a connection from `host` until it says hello, or says why there is none. */
  enter(host: string, guest: Guest): Place | NoPlace {
    const { reputation, now } = this.#means;
    const networks = networksOf(host);
    const standing = reputation.standing(networks);
    const own = this.#networks.get(networks.own)?.size ?? 0;
    const place = { networks, standing, brief: own >= this.#room(networks) };
    const displaced = this.#roomToSpeak(place);
    if (typeof displaced === "string") return displaced;
    this.#displace(displaced);
    const keys = standing === "known" ? [networks.own] : [networks.own, ...networks.wide];
    const groups = [this.#ranks[standing], ...keys.map((key) => this.#group(key))];
    const seat: Seat = {
      ...{ place, guest, keys, groups, rank: standing, ticket: undefined },
      ...{ stage: "silent", since: now() },
    };
    this.#seats.set(place, seat);
    for (const group of groups) group.silent.add(seat);
    return place;
  }

  /**
   * The connection's hello is there, perhaps with a ticket; `start` gives it its turn, unless it is
   * `encrypted` already. Says why it may not stay, if so: its place is free then.
   */
  greeted(place: Place, encrypted: boolean, ticket?: Ticket): NoPlace | undefined {
    const seat = this.#seats.get(place);
    if (seat?.stage !== "silent") return undefined;
    if (ticket !== undefined) this.#rankByTicket(seat, ticket);
    const displaced = this.#roomToStay(seat);
    if (typeof displaced === "string") {
      this.#remove(place);
      return displaced;
    }
    this.#displace(displaced);
    this.#advance(seat, encrypted ? "busy" : "queued");
    return undefined;
  }

  /** The next connection that may begin its handshake now: the highest rank first, then at random. */
  start(): Place | undefined {
    for (const rank of RANKS.toReversed()) {
      const { queued } = this.#ranks[rank];
      if (queued.size === 0 || !this.#pace.take(rank)) continue;
      const seat = pick(queued, this.#means.random());
      this.#advance(seat, "busy");
      return seat.place;
    }
    return undefined;
  }

  /** Milliseconds until `start` is worth a call; undefined where nobody waits. */
  nextStart(): number | undefined {
    const waiting = RANKS.filter((rank) => this.#ranks[rank].queued.size > 0);
    const waits = waiting.map((rank) => this.#pace.wait(rank));
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  /** The client has proved who it is: its place is free. */
  authenticated(place: Place, client: string): void {
    const ticket = this.#seats.get(place)?.ticket;
    if (ticket?.client === client) this.#tickets.loggedIn(ticket);
    this.#means.reputation.loggedIn(client, place.networks);
    this.#remove(place);
  }

  /** The connection has come to nothing, by its own doing. */
  failed(place: Place): void {
    if (this.#seats.has(place)) this.#means.reputation.failed(place.networks);
    this.#remove(place);
  }

  /** Gives a place back that may have been given back already. */
  leave(place: Place): void {
    this.#remove(place);
  }

  /** A client has one place by its tickets, and that is counted with no address. */
  #rankByTicket(seat: Seat, ticket: Ticket): void {
    const taken = this.#tickets.take(ticket);
    if (taken === undefined) return;
    this.#displace(taken.former);
    this.#leaveGroups(seat);
    const group = this.#ranks.ticketed;
    Object.assign(seat, { rank: "ticketed", ticket, keys: [], groups: [group] });
    this.#tickets.hold(ticket, seat);
  }

  /** The connection that has to go for one that has just come, if any; or why it cannot stay. */
  #roomToSpeak(place: Place): Seat | undefined | NoPlace {
    const { unauthenticated, perAddress } = this.#limits;
    const share = Math.max(perAddress, Math.floor(SILENT_SHARE * unauthenticated));
    const crowded = this.#crowded(place, share, ({ silent }) => silent.size);
    if (crowded !== undefined) return crowded.group.oldestSilent() ?? crowded.reason;
    if (this.size < unauthenticated) return undefined;
    const { known, new: fresh, failed } = this.#ranks;
    // Those that have failed have as many places as new ones, as a client may be behind either.
    const strangers = failed.silent.size > fresh.silent.size ? failed : fresh;
    return strangers.oldestSilent() ??
      (place.standing === "known" ? known.oldestSilent() : undefined) ??
      this.#yielding(place.standing) ?? "places-short";
  }

  /** The same for one that has said hello. */
  #roomToStay({ place, rank }: Seat): Seat | undefined | NoPlace {
    if (rank !== "ticketed") {
      const room = this.#room(place.networks);
      const crowded = this.#crowded(place, room, ({ greeted }) => greeted);
      if (crowded !== undefined) return crowded.group.slow(this.#means.now()) ?? crowded.reason;
    }
    const { unauthenticated } = this.#limits;
    const [from, most] = SHARES[rank].map((share) => Math.ceil(share * unauthenticated));
    const greeted = RANKS.reduce((sum, each) => sum + this.#ranks[each].greeted, 0);
    const chance = greeted >= most ? 1 : (greeted - from) / (most - from);
    if (!(chance > 0 && this.#means.random() < chance)) return undefined;
    return this.#yielding(rank) ?? "places-short";
  }

  /** A slow connection of no higher rank, or the oldest that has said hello of a lower one. */
  #yielding(rank: Rank): Seat | undefined {
    const at = RANKS.indexOf(rank);
    const now = this.#means.now();
    for (const each of RANKS.slice(0, at + 1)) {
      const slow = this.#ranks[each].slow(now);
      if (slow !== undefined) return slow;
    }
    for (const each of RANKS.slice(0, at)) {
      const lower = this.#ranks[each].oldestGreeted();
      if (lower !== undefined) return lower;
    }
    return undefined;
  }

  /** Connections that an address may have. */
  #room(networks: Networks): number {
    const { unauthenticated, perAddress } = this.#limits;
    const known = this.#means.reputation.logins(networks);
    return Math.max(perAddress, Math.min(perAddress + known, unauthenticated * 3 / 4));
  }

  /** The narrowest network that has as many connections as it may, where an address may have `room`. */
  #crowded(
    { networks, standing }: Place,
    room: number,
    count: (group: Group) => number,
  ): { group: Group; reason: NoPlace } | undefined {
    const own = this.#networks.get(networks.own);
    if (own !== undefined && count(own) >= room) return { group: own, reason: "address-limit" };
    if (standing === "known") return undefined;
    for (const [index, key] of networks.wide.entries()) {
      const group = this.#networks.get(key);
      if (group !== undefined && count(group) >= room * WIDE_SHARES[index]) {
        return { group, reason: "network-limit" };
      }
    }
    return undefined;
  }

  #group(key: string): Group {
    let group = this.#networks.get(key);
    if (group === undefined) this.#networks.set(key, group = new Group());
    return group;
  }

  #advance(seat: Seat, to: Stage): void {
    for (const group of seat.groups) {
      group[seat.stage].delete(seat);
      group[to].add(seat);
    }
    seat.stage = to;
    seat.since = this.#means.now();
  }

  #displace(seat: Seat | undefined): void {
    if (seat === undefined) return;
    const { reputation, now } = this.#means;
    if (isSlow(seat, now())) reputation.failed(seat.place.networks);
    this.#remove(seat.place);
    seat.guest.displace();
  }

  #remove(place: Place): void {
    const seat = this.#seats.get(place);
    if (seat === undefined) return;
    this.#seats.delete(place);
    this.#leaveGroups(seat);
    if (seat.ticket !== undefined) this.#tickets.leave(seat.ticket, seat);
  }

  #leaveGroups(seat: Seat): void {
    for (const group of seat.groups) group[seat.stage].delete(seat);
    for (const key of seat.keys) {
      if (this.#networks.get(key)?.size === 0) this.#networks.delete(key);
    }
  }
}
