/** What is wrong with the paths of tunnels, as conditions that need attention. */
import { setLatest } from "../../set_latest.ts";
import { showSpan } from "../../span.ts";
import type { Holding } from "../standing.ts";
import { LossMeter } from "./loss_meter.ts";
import type { PathSample } from "./path_sample.ts";
import { type Full, QueueMeter } from "./queue_meter.ts";
import { type Stall, StallMeter } from "./stall_meter.ts";

/** Maximum number of paths with a trouble; forgets the one longest without. */
const MAX_PATHS = 16;
/**
 * How long a trouble counts after it was last seen, in milliseconds: losses and queues come and go
 * with the traffic, and a stall ends its tunnel.
 */
const KEEP = { loss: 30_000, full: 60_000, stalled: 60_000, stall: 120_000 };

/** Whose path it is. */
interface Peer {
  readonly name: string;
}

/** What is known of one tunnel's path. */
interface Meters {
  /** Distinguishes the tunnels, which are not kept in memory for that. */
  readonly id: number;
  readonly loss: LossMeter;
  readonly stall: StallMeter;
}

/** A trouble and its last time, by kind. */
interface Troubles {
  loss?: Seen<number>;
  /** The tunnel of the latest stall, and whether it is the second in a row. */
  stalled?: Seen<{ id: number; isSecond: boolean }>;
  stall?: Seen<Stall>;
  full?: Seen<Full>;
}

interface Seen<Facts> {
  readonly facts: Facts;
  readonly at: number;
}

/** Watches the paths of all tunnels. Pure; times are milliseconds of a monotonic clock. */
export class PathTroubles {
  /** By tunnel, which is any object. */
  #meters = new WeakMap<object, Meters>();
  /** By peer: on a full path its QUIC tunnels replace each other. */
  #queues = new WeakMap<Peer, QueueMeter>();
  /** By the peer's name; the latest is last. */
  #troubles = new Map<string, Troubles>();
  #nextId = 0;

  /** Looks at the path of a peer's tunnel; call it about once a second. */
  look(peer: Peer, tunnel: object, sample: PathSample, now: number): void {
    const meters = this.#metersOf(tunnel);
    const loss = meters.loss.look(sample);
    const stall = meters.stall.look(sample, now);
    const full = this.#queueOf(peer).look(sample, now);
    if (loss === undefined && stall === undefined && full === undefined) return;
    const troubles = { ...this.#troubles.get(peer.name) };
    if (loss !== undefined) troubles.loss = { facts: loss, at: now };
    if (stall !== undefined) noteStall(troubles, meters.id, stall, now);
    if (full !== undefined) troubles.full = { facts: full, at: now };
    setLatest(this.#troubles, peer.name, troubles, MAX_PATHS);
  }

  #metersOf(tunnel: object): Meters {
    let meters = this.#meters.get(tunnel);
    if (meters === undefined) {
      meters = { id: this.#nextId++, loss: new LossMeter(), stall: new StallMeter() };
      this.#meters.set(tunnel, meters);
    }
    return meters;
  }

  #queueOf(peer: Peer): QueueMeter {
    let queue = this.#queues.get(peer);
    if (queue === undefined) this.#queues.set(peer, queue = new QueueMeter());
    return queue;
  }

  /** What needs attention at `now`. */
  conditions(now: number): Holding[] {
    const all: Holding[] = [];
    for (const [peer, troubles] of this.#troubles) {
      for (const kind of ["loss", "stalled", "stall", "full"] as const) {
        if (now - (troubles[kind]?.at ?? -Infinity) >= KEEP[kind]) delete troubles[kind];
      }
      const { loss, stall, full } = troubles;
      if (stall !== undefined) all.push(stallCondition(peer, stall.facts));
      // A full path loses what it has no room for. One that loses packets although it has room, or
      // lets none pass, is slow for that reason.
      const isFull = full?.facts.direction === "either";
      if (loss !== undefined && !isFull) all.push(lossCondition(peer, loss.facts));
      if (full !== undefined && stall === undefined && (loss === undefined || isFull)) {
        all.push(fullCondition(peer, full.facts));
      }
      if (Object.keys(troubles).length === 0) this.#troubles.delete(peer);
    }
    return all;
  }
}

/**
 * A path that is down stalls its tunnel, too, but then there is no next one: if that one stalls as
 * well, small packets have passed in between, at least those of its login.
 */
function noteStall(troubles: Troubles, id: number, stall: Stall, at: number): void {
  const { stalled } = troubles;
  const isOther = stalled !== undefined && stalled.facts.id !== id &&
    at - stalled.at < KEEP.stalled;
  const isSecond = isOther || stalled?.facts.id === id && stalled.facts.isSecond;
  troubles.stalled = { facts: { id, isSecond }, at };
  if (stall.isHeard || isSecond) troubles.stall = { facts: stall, at };
}

function lossCondition(peer: string, share: number): Holding {
  return {
    code: "path-lossy",
    subject: peer,
    words: `The path to "${peer}" loses packets: ${percent(share)} of those sent within 10 s`,
  };
}

function stallCondition(peer: string, { bytes, time, segment, isHeard }: Stall): Holding {
  return {
    code: "path-mtu-short",
    subject: peer,
    words: `Packets of ${segment} bytes do not reach "${peer}", and ` +
      `${isHeard ? "its own arrive" : "small ones do"}: ${bytes} bytes were not acknowledged for ${
        showSpan(time / 1_000)
      }`,
  };
}

const FULL_REMEDY = "Compare `status` of both sides: the one that drops more, or has more " +
  "waiting, sends more than the path carries. Limit its customers, or give the path more capacity.";

function fullCondition(peer: string, full: Full): Holding {
  const condition = { code: "path-full", subject: peer } as const;
  if (full.direction === "to") {
    const what = "dropped" in full
      ? `${percent(full.dropped)} of the frames are dropped here, as they wait too long`
      : `${full.queued} bytes wait here, the oldest for ${Math.round(full.age)} ms`;
    return { ...condition, words: `The path to "${peer}" carries less than is sent: ${what}` };
  }
  const { direction, roundTrip, shortest } = full;
  const answers = `answers take ${Math.round(roundTrip)} ms instead of ${Math.round(shortest)} ms`;
  return {
    ...condition,
    words: direction === "from"
      ? `The path from "${peer}" is full: ${answers}, and little waits here`
      : `The path to or from "${peer}" is full: ${answers}, and ${percent(full.dropped)} of the ` +
        "frames are dropped here, as they wait too long",
    remedy: FULL_REMEDY,
  };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
