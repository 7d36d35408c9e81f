import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_HOST_UNIQ,
  TAG_SERVICE_NAME,
} from "../../../src/pppoe/constants.ts";
import { encodeDiscovery } from "../../../src/pppoe/frame.ts";
import { BROADCAST, type Mac, writeMac } from "../../../src/pppoe/mac.ts";
import { encodeTags, type Tag } from "../../../src/pppoe/tags.ts";
import type { Observed } from "./observed.ts";
import { openPort, type Port } from "./port.ts";

/** First wait for an answer, in milliseconds; it doubles each time (RFC 2516 section 8). */
const FIRST_TIMEOUT = 5_000;
/** Default time in which all get a session, in milliseconds. */
const PATIENCE = 120_000;
const FIRST_MAC: Mac = 0x02_c0_00_00_00_00;

interface Customer {
  readonly mac: Mac;
  /** 0 without a session. */
  sessionId: number;
  timeout: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Many customers on one wire, each with its own address, that dial whenever they have no session.
 */
export class Crowd implements AsyncDisposable {
  /** Number of PADTs that ended a customer's session. */
  padts = 0;
  #customers: Customer[];
  #port: Port;
  #isClosed = false;
  /** Number of customers with a session. */
  #online = 0;
  #wanted: { padts: number; resolve: () => void } | undefined;

  constructor(name: string, size: number) {
    this.#customers = Array.from({ length: size }, (_, i) => ({
      mac: FIRST_MAC + i,
      sessionId: 0,
      timeout: FIRST_TIMEOUT,
      timer: undefined,
    }));
    this.#port = openPort(name, (frame) => this.#hear(frame));
  }

  /** Makes all customers ask. */
  dial(): void {
    for (const customer of this.#customers) this.#ask(customer);
  }

  /**
   * Resolves when all customers have a session, after this many PADTs; rejects after `patience`
   * milliseconds.
   */
  async online(padts = 0, patience = PATIENCE): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      reject(new Error(`${this.#online} of ${this.#customers.length} have a session`));
    }, patience);
    this.#wanted = { padts, resolve };
    this.#look();
    await promise.finally(() => clearTimeout(timer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const { timer } of this.#customers) clearTimeout(timer);
    await this.#port[Symbol.asyncDispose]();
  }

  #ask(customer: Customer): void {
    if (this.#isClosed) return;
    clearTimeout(customer.timer);
    customer.timer = setTimeout(() => this.#ask(customer), customer.timeout);
    customer.timeout *= 2;
    const hostUniq = new Uint8Array(6);
    writeMac(hostUniq, 0, customer.mac);
    this.#send(customer, BROADCAST, CODE_PADI, [
      { type: TAG_SERVICE_NAME, value: new Uint8Array(0) },
      { type: TAG_HOST_UNIQ, value: hostUniq },
    ]);
  }

  #hear({ code, source, destination, sessionId, tags }: Observed): void {
    const customer = this.#customers[destination - FIRST_MAC];
    if (customer === undefined) return;
    if (code === CODE_PADO && customer.sessionId === 0) {
      this.#send(customer, source, CODE_PADR, tags);
    } else if (code === CODE_PADS && sessionId !== 0 && customer.sessionId === 0) {
      clearTimeout(customer.timer);
      Object.assign(customer, { sessionId, timeout: FIRST_TIMEOUT });
      this.#online++;
      this.#look();
    } else if (code === CODE_PADT && sessionId === customer.sessionId) {
      customer.sessionId = 0;
      this.#online--;
      this.padts++;
      this.#ask(customer); // at once
    }
  }

  #look(): void {
    const { padts = Infinity, resolve } = this.#wanted ?? {};
    if (this.#online === this.#customers.length && this.padts >= padts) resolve?.();
  }

  #send({ mac }: Customer, destination: Mac, code: number, tags: readonly Tag[]): void {
    const packet = { source: mac, destination, code, sessionId: 0, tags: encodeTags(tags) };
    this.#port.send(encodeDiscovery(packet));
  }
}
