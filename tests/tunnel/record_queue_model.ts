/** A model of a tunnel's record queue that holds in any use, for property tests and fuzzing. */
import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import {
  CONTROL_RESERVE,
  DATA_LIMIT,
  DISCOVERY_LIMIT,
  MAX_RECORDS,
  OWN_LIMIT,
  PPP_CONTROL_LIMIT,
  SESSION_CONTROL_LIMIT,
  weightOf,
} from "../../src/tunnel/record/queue_shares.ts";
import {
  KIND_CONTROL,
  KIND_DISCOVERY,
  KIND_SESSION,
  RECORD_HEADER,
} from "../../src/tunnel/record/record.ts";
import { MAX_AGE, type QueueDrop, RecordQueue } from "../../src/tunnel/record/record_queue.ts";
import { QUANTUM } from "../../src/tunnel/record/round_robin.ts";
import { IPV4, LCP, numberedBody, recordsOf } from "./numbered_records.ts";

/**
 * Kinds of records: data, PPP control, discovery of no session, a session's PADT, the tunnel's own.
 */
export const RECORD_TYPES = ["data", "lcp", "discovery", "end", "control"] as const;
export type RecordType = typeof RECORD_TYPES[number];

/** One step in the use of a queue. */
export type QueueStep =
  | {
    do: "add";
    what: RecordType;
    /** The first of the records' sessions; they are used in turn. */
    handle: number;
    sessions: number;
    count: number;
    length: number;
  }
  | { do: "take" | "takeFairly"; max: number }
  | { do: "sent" }
  /** Milliseconds pass. */
  | { do: "wait"; time: number };

const KINDS: Readonly<Record<RecordType, number>> = {
  data: KIND_SESSION,
  lcp: KIND_SESSION,
  discovery: KIND_DISCOVERY,
  end: KIND_DISCOVERY,
  control: KIND_CONTROL,
};

/** Classes whose waiting records are never dropped, and the limit of each. */
const BOUNDS = { own: OWN_LIMIT, discovery: DISCOVERY_LIMIT, ppp: PPP_CONTROL_LIMIT };
type Pool = keyof typeof BOUNDS;

/** A record that waits, or was dropped but not found missing yet. */
interface Waiting {
  handle: number;
  size: number;
  /** Undefined if it may be dropped. */
  pool: Pool | undefined;
}

/** Bytes that may be copied within the queue in any case, and per weight offered. */
const [COPIED, COPIED_EACH] = [1_000_000, 7];

const NOTHING = { bytes: new Uint8Array(0), copy: new Uint8Array(0) };

/** A queue and its expected state. Throws if something does not hold. */
export class QueueModel {
  readonly queue: RecordQueue;
  /** Why records were dropped or refused, with counts. */
  readonly words = new Map<string, number>();
  #now = 0;
  #number = 0;
  #offered = 0;
  #largest = 0;
  #dropped = 0;
  /** Reasons for which the current step may drop. */
  #allowed: readonly QueueDrop[] = [];
  /** By flow, then by number, in order of arrival. */
  #flows = new Map<string, Map<number, Waiting>>();
  #pools: Record<Pool, number> = { own: 0, discovery: 0, ppp: 0 };
  #controlOf = new Map<number, number>();
  #controlBytes = 0;
  /** Droppable records, including dropped ones not found missing yet. */
  #droppable = { count: 0, weight: 0 };
  /** Dropped records not found missing yet. */
  #unmissed = 0;
  #inFlight: { bytes: Uint8Array; copy: Uint8Array } = NOTHING;
  #wasFair = false;
  /** Weight that changes from fair to plain order may have copied. */
  #passed = 0;

  constructor() {
    this.queue = new RecordQueue((reason) => {
      assert(this.#allowed.includes(reason), `${reason} is not a valid reason here`);
      this.#dropped++;
      this.#unmissed++;
      this.#note(reason);
    });
  }

  /** Applies one step, then checks what must hold after every step. */
  take(step: QueueStep): void {
    if (step.do === "wait") this.#now += step.time;
    else if (step.do === "sent") this.#sent();
    else if (step.do === "add") {
      for (let i = 0; i < step.count; i++) this.#add(step, step.handle + i % step.sessions);
    } else if (step.do === "take") this.#takeInOrder(step.max);
    else this.#takeFairly(step.max, this.#now - MAX_AGE);
    this.#check();
  }

  /** Takes the rest: every accepted record must have been taken or counted as dropped. */
  drain(): void {
    const before = this.#dropped;
    for (let turn = 0; this.queue.waiting > 0; turn++) {
      assertLess(turn, 1_000, "the queue never drains");
      if (turn % 3 === 0) this.#takeInOrder(65_536);
      else this.#takeFairly(16_384, -Infinity);
    }
    assertEquals(this.#dropped, before, "a fresh record was dropped while draining");
    const left = [...this.#flows.values()].reduce((sum, { size }) => sum + size, 0);
    assertEquals(left, 0, "a session's newest record, or control, was dropped");
    assertEquals(this.#unmissed, 0, "more drops were counted than records are missing");
  }

  #add({ what, length }: QueueStep & { do: "add" }, session: number): void {
    const handle = what === "discovery" ? 0 : what === "control" ? 6 : session & 0xffff || 1;
    const body = numberedBody(what === "lcp" ? LCP : IPV4, this.#number, length);
    const size = RECORD_HEADER + body.length;
    const weight = weightOf(size);
    this.#offered += weight;
    this.#largest = Math.max(this.#largest, size);
    const pool = this.#poolOf(what, handle, weight);
    const mayDrop = what === "data" || what === "lcp" && pool === undefined;
    this.#allowed = mayDrop ? ["queue-full", "control-excess"] : [];
    const added = this.queue.add(KINDS[what], handle, body, 0, body.length, this.#now);
    if (!mayDrop) assertEquals(added, pool !== undefined, `${what} at its limit`);
    else if (this.#droppable.weight + weight <= DATA_LIMIT) {
      assert(added, "data was refused although it fits");
    }
    if (!added) return this.#note(`${what} refused`);
    const flow = what === "control" ? "control" : String(handle);
    const waiting = this.#flows.get(flow) ?? new Map<number, Waiting>();
    this.#flows.set(flow, waiting.set(this.#number++, { handle, size, pool }));
    this.#count({ handle: what === "control" ? 0 : handle, size, pool }, 1);
  }

  /** The class in which it is never dropped; undefined if it is refused or treated as data. */
  #poolOf(what: RecordType, handle: number, weight: number): Pool | undefined {
    if (what === "data") return undefined;
    const pool: Pool = what === "lcp" ? "ppp" : what === "discovery" ? "discovery" : "own";
    const its = this.#controlOf.get(handle) ?? 0;
    const hasShare = what === "discovery" || what === "control" || its === 0 ||
      its + weight <= SESSION_CONTROL_LIMIT;
    return hasShare && this.#pools[pool] + weight <= BOUNDS[pool] ? pool : undefined;
  }

  #count({ handle, size, pool }: Waiting, by: 1 | -1): void {
    const weight = by * weightOf(size);
    if (pool === undefined) {
      this.#droppable.count += by;
      this.#droppable.weight += weight;
      return;
    }
    this.#pools[pool] += weight;
    this.#controlOf.set(handle, (this.#controlOf.get(handle) ?? 0) + weight);
    this.#controlBytes += by * size;
  }

  #sent(): void {
    this.queue.sent();
    this.#inFlight = NOTHING;
  }

  #takeInOrder(max: number): void {
    this.#sent(); // nothing may be in flight
    this.#allowed = [];
    const { own, discovery, ppp } = this.#pools;
    if (this.#wasFair) this.#passed += this.#droppable.weight + own + discovery + ppp;
    this.#wasFair = false;
    const bytes = this.queue.take(max);
    const numbers = this.#taken(bytes);
    if (numbers.length !== 1) assertLessOrEqual(bytes.length, max); // one longer record passes
    assert(
      numbers.every((number, i) => i === 0 || numbers[i - 1] < number),
      "the order of arrival",
    );
  }

  #takeFairly(max: number, oldest: number): void {
    this.#sent();
    this.#allowed = ["queue-stale", "control-excess"];
    this.#wasFair = true;
    const before = new Set(this.#flows.keys());
    const served = new Map<string, number>();
    this.#taken(this.queue.takeFairly(max, oldest), served);
    // Shreedhar and Varghese, lemma 2: the maximum difference of flows that always had records.
    const [slack, shares] = [QUANTUM + 3 * this.#largest, [] as number[]];
    for (const flow of before) {
      if (flow !== "control" && this.#flows.has(flow)) shares.push(served.get(flow) ?? 0);
    }
    assertLessOrEqual(Math.max(0, ...shares) - Math.min(Infinity, ...shares), slack, "fair shares");
  }

  /** Checks the numbers of taken records: earlier records of their flows must have been dropped. */
  #taken(bytes: Uint8Array, served = new Map<string, number>()): number[] {
    this.#inFlight = { bytes, copy: bytes.slice() };
    return recordsOf(bytes).map(({ kind, handle, number, size }) => {
      const flow = kind === KIND_CONTROL ? "control" : String(handle);
      const waiting = this.#flows.get(flow) ?? new Map<number, Waiting>();
      assert(
        waiting.has(number),
        `record ${number} of ${flow} is out of order, or of another flow`,
      );
      for (const [each, record] of waiting) {
        waiting.delete(each);
        this.#count(kind === KIND_CONTROL ? { ...record, handle: 0 } : record, -1);
        if (each === number) break;
        assertEquals(record.pool, undefined, `${record.pool} of ${flow} was lost`);
        assertLess(0, this.#unmissed--, "a missing record was not counted");
      }
      if (waiting.size === 0) this.#flows.delete(flow);
      served.set(flow, (served.get(flow) ?? 0) + size);
      return number;
    });
  }

  #check(): void {
    const { queue } = this;
    assertEquals(this.#inFlight.bytes, this.#inFlight.copy, "bytes in flight changed");
    assertLessOrEqual(queue.waiting, DATA_LIMIT + CONTROL_RESERVE);
    assertLessOrEqual(queue.waiting - this.#controlBytes, DATA_LIMIT, "bytes of data");
    assertLessOrEqual(this.#droppable.count - this.#unmissed, MAX_RECORDS, "records of data");
    const allowed = COPIED + COPIED_EACH * this.#offered + this.#passed;
    assertLessOrEqual(queue.copied, allowed, "bytes copied");
  }

  #note(word: string): void {
    this.words.set(word, (this.words.get(word) ?? 0) + 1);
  }
}
