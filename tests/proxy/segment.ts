/** Many customers and an AC, played on the outer wires of a path with its clock. */
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_AC_COOKIE,
} from "../../src/pppoe/constants.ts";
import { parseDiscovery } from "../../src/pppoe/frame.ts";
import { BROADCAST, type Mac } from "../../src/pppoe/mac.ts";
import { readTags, type Tag } from "../../src/pppoe/tags.ts";
import { acName, cookie, service, settle, uniq } from "./dial.ts";
import { AC, type OuterWire, type Path, type SeenPacket } from "./path.ts";

/** First wait for an answer, in milliseconds; it doubles each time (RFC 2516 section 8). */
const FIRST_TIMEOUT = 5_000;
/** Step of simulated time, in milliseconds. */
const STEP = 10;

/** A customer that dials whenever it has no session. */
interface Customer {
  mac: Mac;
  wire: OuterWire;
  sessionId: number;
  /** When it asks again, and how long it waits then. */
  askAt: number;
  timeout: number;
}

/** Removes and returns the discovery packets received on a wire. */
export function takePackets(wire: OuterWire): SeenPacket[] {
  return wire.frames.splice(0).flatMap((frame) => {
    const packet = parseDiscovery(frame);
    const list = typeof packet === "string" ? packet : readTags(packet.tags);
    if (typeof packet === "string" || typeof list === "string") return [];
    return [{ ...packet, list, frame }];
  });
}

export class Segment {
  readonly customers: Customer[] = [];
  /** Arrival times of PADIs at the AC, in milliseconds since the start. */
  readonly padis: number[] = [];
  /** The AC's sessions. */
  readonly sessions = new Set<number>();
  /** Number of PADTs that the AC received. */
  padts = 0;
  /** Milliseconds since the start. */
  time = 0;
  #path: Path;
  #byMac = new Map<Mac, Customer>();
  #nextId = 1;
  #padiInterval: number;
  /** When the last PADI of each address was answered. */
  #taken = new Map<Mac, number>();

  /**
   * Creates `perClient` customers at each client. The AC ignores PADIs of an address within
   * `padiInterval` milliseconds after one that it answered.
   */
  constructor(path: Path, perClient: number, { padiInterval = 0 } = {}) {
    this.#path = path;
    this.#padiInterval = padiInterval;
    for (const [client, wire] of path.customers.entries()) {
      for (let i = 0; i < perClient; i++) {
        const mac = 0x02_c0_00_00_00_00 + client * 0x1_0000 + i;
        const customer = { mac, wire, sessionId: 0, askAt: 0, timeout: FIRST_TIMEOUT };
        this.customers.push(customer);
        this.#byMac.set(mac, customer);
      }
    }
  }

  /** Number of customers with a session. */
  get online(): number {
    return this.customers.filter(({ sessionId }) => sessionId !== 0).length;
  }

  /** Lets time pass. */
  async pass(milliseconds: number): Promise<void> {
    for (const end = this.time + milliseconds; this.time < end; this.time += STEP) {
      for (const customer of this.customers) if (customer.sessionId === 0) this.#ask(customer);
      await settle();
      this.#answer();
      for (const wire of this.#path.customers) takePackets(wire).forEach((it) => this.#hear(it));
      await settle();
      this.#answer();
      for (const wire of this.#path.customers) takePackets(wire).forEach((it) => this.#hear(it));
      this.#path.advance(STEP);
    }
  }

  #ask(customer: Customer): void {
    if (this.time < customer.askAt) return;
    const { mac, wire } = customer;
    customer.askAt = this.time + customer.timeout;
    customer.timeout *= 2;
    const padi = { source: mac, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    wire.send(padi, [service, uniq(mac & 0xff, mac >> 8 & 0xff)]);
  }

  /** Handles a packet as a customer. */
  #hear({ code, source, destination, sessionId, list }: SeenPacket): void {
    const customer = this.#byMac.get(destination);
    if (customer === undefined) return;
    const { mac, wire } = customer;
    if (code === CODE_PADO && customer.sessionId === 0) {
      wire.send({ source: mac, destination: source, code: CODE_PADR, sessionId: 0 }, list);
    } else if (code === CODE_PADS) {
      customer.sessionId = sessionId;
      customer.timeout = FIRST_TIMEOUT;
    } else if (code === CODE_PADT && sessionId === customer.sessionId) {
      customer.sessionId = 0;
      customer.askAt = this.time; // at once
    }
  }

  /** Handles the received packets as the AC. */
  #answer(): void {
    for (const { code, source, sessionId, list } of takePackets(this.#path.ac)) {
      const to = { source: AC, destination: source };
      const own = list.filter(({ type }) => type !== TAG_AC_COOKIE);
      if (code === CODE_PADI) {
        this.padis.push(this.time);
        if (this.time - (this.#taken.get(source) ?? -Infinity) < this.#padiInterval) continue;
        this.#taken.set(source, this.time);
        this.#send({ ...to, code: CODE_PADO, sessionId: 0 }, [acName, ...own, cookie]);
      } else if (code === CODE_PADR) {
        const id = this.#nextId++;
        this.sessions.add(id);
        this.#send({ ...to, code: CODE_PADS, sessionId: id }, own);
      } else if (code === CODE_PADT) {
        this.padts++;
        this.sessions.delete(sessionId);
      }
    }
  }

  #send(packet: Parameters<OuterWire["send"]>[0], tags: Tag[]): void {
    this.#path.ac.send(packet, tags);
  }
}
