import { type Networks, networksOf } from "./network.ts";
import type { Reputation } from "./reputation.ts";
import { EarlySeats } from "./early_seats.ts";
import { Group, isSlow, pick, RANKS } from "./seat.ts";
import type { Guest, NoPlace, Place, Rank, Seat, Stage } from "./seat.ts";
import { StartPace } from "./start_pace.ts";
import type { Ticket } from "./ticket.ts";
import { TicketSeats } from "./ticket_seats.ts";

export type { Guest, NoPlace, Place } from "./seat.ts";

/** Limits on connections that have not authenticated yet. */
export interface AdmissionLimits {
  /** Maximum connections in total. */
  unauthenticated: number;
  /** Maximum per IPv4 address or IPv6 /64, plus one for each client known there. */
  perAddress: number;
  /** Maximum TLS handshakes begun per second for strangers; known addresses get as many. */
  handshakeRate: number;
}

/** What admission depends on besides the limits. */
export interface AdmissionMeans {
  reputation: Reputation;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
  /** Random numbers in [0, 1). */
  random: () => number;
}

/** Limits of an IPv6 /56 and a /48, as multiples of an address's limit. */
const WIDE_SHARES = [2, 4];
/** Share of all places that connections of one address may hold before their hello. */
const SILENT_SHARE = 1 / 8;

/** Share of all places, by rank, at which random drops after the hello begin, and maximum share. */
const SHARES: Readonly<Record<Rank, readonly [from: number, most: number]>> = {
  ticketed: [3 / 4, 3 / 4],
  known: [3 / 4, 3 / 4],
  new: [3 / 8, 5 / 8],
  failed: [1 / 4, 1 / 2],
};

/**
 * Assigns places to connections between accept and authentication, which limits the sockets that
 * strangers hold and the handshakes that they cost:
 *
 *     enter ──▶ silent ──greeted──▶ queued ──start──▶ busy ──▶ leave
 *                  └─────────displaced─────────────────┘
 *
 * Every connection gets a place for the time its hello takes; the hello decides about the rest.
 * Then a client's ticket ranks first, whatever its address, followed by known addresses, new ones,
 * and those that have failed. When places are short, slow connections are evicted first, and chance
 * decides among equals (random early drop). Memory is bounded by `unauthenticated`.
 */
export class Admission {
  #limits: AdmissionLimits;
  #means: AdmissionMeans;
  #moderation: StartPace;
  #tickets: TicketSeats;
  #networks = new Map<string, Group>();
  #ranks: Record<Rank, Group> = {
    ticketed: new Group(),
    known: new Group(),
    new: new Group(),
    failed: new Group(),
  };
  #seats = new Map<Place, Seat>();
  #early: EarlySeats;

  constructor(limits: AdmissionLimits, means: AdmissionMeans) {
    this.#limits = limits;
    this.#means = means;
    this.#moderation = new StartPace(limits.handshakeRate, means.now);
    this.#tickets = new TicketSeats(means.now);
    this.#early = new EarlySeats(means);
  }

  /** Applies other limits; connections keep the places they have. */
  reconfigure(limits: AdmissionLimits): void {
    this.#limits = limits;
    this.#moderation.reconfigure(limits.handshakeRate);
  }

  /** Number of taken places. */
  get size(): number {
    return this.#seats.size;
  }

  /** Number of networks with a place. */
  get networks(): number {
    return this.#networks.size;
  }

  /** Takes a place for a connection from `host` until its hello, or returns why it gets none. */
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
   * Records that the connection's hello has arrived, perhaps with a ticket. It waits for `start`,
   * unless it is `encrypted` already. Returns why it loses its place, if it does.
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
    const isStranger = seat.rank === "new" || seat.rank === "failed";
    if (encrypted && isStranger) this.#displace(this.#early.add(seat));
    this.#advance(seat, encrypted ? "busy" : "queued");
    return undefined;
  }

  /** The next connection that may begin its handshake: the highest rank, at random within it. */
  start(): Place | undefined {
    for (const rank of RANKS.toReversed()) {
      const { queued } = this.#ranks[rank];
      if (queued.size === 0 || !this.#moderation.take(rank)) continue;
      const seat = pick(queued, this.#means.random());
      this.#advance(seat, "busy");
      return seat.place;
    }
    return undefined;
  }

  /** Milliseconds until `start` can return a connection; undefined if none is queued. */
  nextStart(): number | undefined {
    const waiting = RANKS.filter((rank) => this.#ranks[rank].queued.size > 0);
    const waits = waiting.map((rank) => this.#moderation.wait(rank));
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  /** Frees the place of a client that has authenticated. */
  authenticated(place: Place, client: string): void {
    const ticket = this.#seats.get(place)?.ticket;
    if (ticket?.client === client) this.#tickets.loggedIn(ticket);
    this.#means.reputation.loggedIn(client, place.networks);
    this.#remove(place);
  }

  /** Frees the place of a connection that failed through its own fault. */
  failed(place: Place): void {
    if (this.#seats.has(place)) this.#means.reputation.failed(place.networks);
    this.#remove(place);
  }

  /** Frees a place; does nothing if it is already free. */
  leave(place: Place): void {
    this.#remove(place);
  }

  /** Ranks a connection by its ticket: one place per client, not counted with its address. */
  #rankByTicket(seat: Seat, ticket: Ticket): void {
    const taken = this.#tickets.take(ticket);
    if (taken === undefined) return;
    this.#displace(taken.former);
    this.#leaveGroups(seat);
    const group = this.#ranks.ticketed;
    Object.assign(seat, { rank: "ticketed", ticket, keys: [], groups: [group] });
    this.#tickets.hold(ticket, seat);
  }

  /** The connection to evict for one that was just accepted, if any; or why it gets no place. */
  #roomToSpeak(place: Place): Seat | undefined | NoPlace {
    const { unauthenticated, perAddress } = this.#limits;
    const share = Math.max(perAddress, Math.floor(SILENT_SHARE * unauthenticated));
    const crowded = this.#crowded(place, share, ({ silent }) => silent.size);
    if (crowded !== undefined) return crowded.group.oldestSilent() ?? crowded.reason;
    if (this.size < unauthenticated) return undefined;
    const { known, new: fresh, failed } = this.#ranks;
    // Failed networks have as many places as new ones, because a client may be behind either.
    const strangers = failed.silent.size > fresh.silent.size ? failed : fresh;
    return strangers.oldestSilent() ??
      (place.standing === "known" ? known.oldestSilent() : undefined) ??
      this.#yielding(place.standing) ?? "places-short";
  }

  /** Like `#roomToSpeak`, for a connection that has sent its hello. */
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

  /** A slow connection of the same or a lower rank, or the oldest greeted one of a lower rank. */
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

  /** Maximum number of connections from an address. */
  #room(networks: Networks): number {
    const { unauthenticated, perAddress } = this.#limits;
    const known = this.#means.reputation.logins(networks);
    return Math.max(perAddress, Math.min(perAddress + known, unauthenticated * 3 / 4));
  }

  /** The narrowest network that has reached its limit, given an address limit of `room`. */
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
