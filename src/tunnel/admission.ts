import { type Networks, networksOf } from "./network.ts";
import type { Reputation, Standing } from "./reputation.ts";
import { StartPace } from "./start_pace.ts";

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

/** How far a connection has got: waiting for its hello, for its turn, for the rest. */
type Stage = "silent" | "queued" | "busy";

/** A place among the connections that have not authenticated. */
export interface Place {
  readonly networks: Networks;
  readonly standing: Standing;
}

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
/**
 * How long a connection may stay at a stage before it can be displaced, in milliseconds. A client
 * says its hello with the end of TCP's handshake, waits for its turn for as long as we make it, and
 * then needs three round trips.
 */
const PATIENCE: Readonly<Record<Stage, number>> = { silent: 300, queued: Infinity, busy: 1_500 };

/** The parts of all places from which on strangers are dropped at random, and that they fill at most. */
const SHARES: Readonly<Record<Standing, readonly [from: number, most: number]>> = {
  known: [1, 1],
  new: [1 / 2, 7 / 8],
  failed: [1 / 4, 3 / 4],
};
const ASCENDING: readonly Standing[] = ["failed", "new", "known"];

/**
 * Gives out places to connections between accept and authentication, so that strangers hold only so
 * many sockets and cost only so many handshakes:
 *
 *     enter ──▶ silent ──greeted──▶ queued ──start──▶ busy ──▶ leave
 *                  └─────────displaced─────────────────┘
 *
 * Where places are short, who is slow makes room first, known addresses come before new ones and
 * those before addresses that have failed, among equals who has said nothing yet makes room, and
 * then chance decides (random early drop). So silence holds no place that somebody else needs.
 * Memory is bounded by `unauthenticated`.
 */
export class Admission {
  #limits: AdmissionLimits;
  #means: AdmissionMeans;
  #pace: StartPace;
  #networks = new Map<string, Group>();
  #standings: Record<Standing, Group> = {
    known: new Group(),
    new: new Group(),
    failed: new Group(),
  };
  #seats = new Map<Place, Seat>();

  constructor(limits: AdmissionLimits, means: AdmissionMeans) {
    this.#limits = limits;
    this.#means = means;
    this.#pace = new StartPace(limits.handshakeRate, means.now);
  }

  /** Places that are taken. */
  get size(): number {
    return this.#seats.size;
  }

  /** Networks that hold any of them. */
  get networks(): number {
    return this.#networks.size;
  }

  /**
   * Takes a place for a connection from `host`, or says why there is none. `displace` is called
   * when the place is taken away; it must not call back.
   */
  enter(host: string, displace: () => void): Place | NoPlace {
    const { reputation, now } = this.#means;
    const networks = networksOf(host);
    const standing = reputation.standing(networks);
    const place = { networks, standing };
    const displaced = this.#makeRoom(place);
    if (typeof displaced === "string") return displaced;
    if (displaced !== undefined) {
      if (this.#isSlow(displaced)) reputation.failed(displaced.place.networks);
      this.#remove(displaced.place);
      displaced.displace();
    }
    const keys = standing === "known" ? [networks.own] : [networks.own, ...networks.wide];
    const groups = [this.#standings[standing], ...keys.map((key) => this.#group(key))];
    const seat: Seat = { place, keys, groups, stage: "silent", since: now(), displace };
    this.#seats.set(place, seat);
    for (const group of groups) group.silent.add(seat);
    return place;
  }

  /** The connection's hello is there; `start` gives it its turn, unless it is `encrypted` already. */
  greeted(place: Place, encrypted = false): void {
    this.#advance(place, "silent", encrypted ? "busy" : "queued");
  }

  /** The next connection that may begin its handshake now: known ones first, then at random. */
  start(): Place | undefined {
    for (const standing of ["known", "new", "failed"] as const) {
      const { queued } = this.#standings[standing];
      if (queued.size === 0 || !this.#pace.take(standing)) continue;
      const seat = pick(queued, this.#means.random());
      this.#advance(seat.place, "queued", "busy");
      return seat.place;
    }
    return undefined;
  }

  /** Milliseconds until `start` is worth a call; undefined where nobody waits. */
  nextStart(): number | undefined {
    const waits = ASCENDING.filter((standing) => this.#standings[standing].queued.size > 0)
      .map((standing) => this.#pace.wait(standing));
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  /** The client has proved who it is: its place is free. */
  authenticated(place: Place, client: string): void {
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

  /** Who has to go for this connection, if anybody; or why it gets no place. */
  #makeRoom(place: Place): Seat | undefined | NoPlace {
    const crowded = this.#crowded(place);
    if (crowded !== undefined) {
      const { group, reason } = crowded;
      return this.#slow(group) ?? this.#anySilent(group) ?? reason;
    }
    const { unauthenticated } = this.#limits;
    const [from, most] = SHARES[place.standing].map((share) => Math.ceil(share * unauthenticated));
    const chance = this.size >= most ? 1 : (this.size - from) / (most - from);
    if (!(chance > 0 && this.#means.random() < chance)) return undefined;
    const rank = ASCENDING.indexOf(place.standing);
    for (const standing of ASCENDING.slice(0, rank + 1)) {
      const slow = this.#slow(this.#standings[standing]);
      if (slow !== undefined) return slow;
    }
    for (const standing of ASCENDING.slice(0, rank)) {
      const lower = this.#standings[standing].oldest();
      if (lower !== undefined) return lower;
    }
    return this.#anySilent(this.#standings[place.standing]) ?? "places-short";
  }

  /** The narrowest network of a connection that has no place for it. */
  #crowded({ networks, standing }: Place): { group: Group; reason: NoPlace } | undefined {
    const { unauthenticated, perAddress } = this.#limits;
    const known = Math.min(this.#means.reputation.logins(networks), unauthenticated);
    const own = this.#networks.get(networks.own);
    const room = Math.max(perAddress, Math.min(perAddress + known, unauthenticated * 3 / 4));
    if (own !== undefined && own.size >= room) return { group: own, reason: "address-limit" };
    if (standing === "known") return undefined;
    for (const [index, key] of networks.wide.entries()) {
      const group = this.#networks.get(key);
      if (group !== undefined && group.size >= perAddress * WIDE_SHARES[index]) {
        return { group, reason: "network-limit" };
      }
    }
    return undefined;
  }

  /** Who has been at one stage longest, and too long. */
  #slow({ silent, busy }: Group): Seat | undefined {
    for (const [first] of [silent, busy]) {
      if (first !== undefined && this.#isSlow(first)) return first;
    }
    return undefined;
  }

  /** Who has said nothing yet, by chance: a client's hello comes sooner than many a newcomer. */
  #anySilent({ silent }: Group): Seat | undefined {
    return silent.size === 0 ? undefined : pick(silent, this.#means.random());
  }

  #isSlow({ stage, since }: Seat): boolean {
    return this.#means.now() - since >= PATIENCE[stage];
  }

  #group(key: string): Group {
    let group = this.#networks.get(key);
    if (group === undefined) this.#networks.set(key, group = new Group());
    return group;
  }

  #advance(place: Place, from: Stage, to: Stage): void {
    const seat = this.#seats.get(place);
    if (seat?.stage !== from) return;
    seat.stage = to;
    seat.since = this.#means.now();
    for (const group of seat.groups) {
      group[from].delete(seat);
      group[to].add(seat);
    }
  }

  #remove(place: Place): void {
    const seat = this.#seats.get(place);
    if (seat === undefined) return;
    this.#seats.delete(place);
    for (const group of seat.groups) group[seat.stage].delete(seat);
    for (const key of seat.keys) {
      if (this.#networks.get(key)?.size === 0) this.#networks.delete(key);
    }
  }
}

interface Seat {
  readonly place: Place;
  readonly keys: readonly string[];
  readonly groups: readonly Group[];
  stage: Stage;
  /** When the stage began. */
  since: number;
  readonly displace: () => void;
}

/** Connections that are counted together, by stage, and in the order in which they got there. */
class Group {
  readonly silent = new Set<Seat>();
  readonly queued = new Set<Seat>();
  readonly busy = new Set<Seat>();

  get size(): number {
    return this.silent.size + this.queued.size + this.busy.size;
  }

  oldest(): Seat | undefined {
    for (const stage of [this.silent, this.busy, this.queued]) {
      for (const seat of stage) return seat;
    }
    return undefined;
  }
}

/** The element at a part of a set's way. */
function pick(seats: Set<Seat>, part: number): Seat {
  let left = Math.floor(part * seats.size);
  for (const seat of seats) if (left-- === 0) return seat;
  throw new RangeError("Cannot pick from an empty set");
}
