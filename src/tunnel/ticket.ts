/**
 * The ticket that a client shows in its ClientHello, as a second ALPN name (docs/protocol.md,
 * "Tickets"). It says before TLS which client is there, to nobody but the server, and gives it a
 * place that strangers cannot take. It authenticates nothing. Pure.
 *
 *     pppoe-proxy-ticket/1: ‖ hexadecimal of  pseudonym 8 ‖ number 8 ‖ MAC 16
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";

/** What the ALPN name of a ticket begins with. */
export const TICKET_PREFIX = "pppoe-proxy-ticket/1:";

const PSEUDONYM_BYTES = 8;
const NUMBER_BYTES = 8;
/** A truncated HMAC-SHA-256 (RFC 2104 section 5). */
const MAC_BYTES = 16;
const TICKET_BYTES = PSEUDONYM_BYTES + NUMBER_BYTES + MAC_BYTES;
const SHAPE = new RegExp(`^[0-9a-f]{${2 * TICKET_BYTES}}$`);

/** A ticket that its client has made. */
export interface Ticket {
  readonly client: string;
  /** Greater than that of each ticket that the client made before, unless its clock went back. */
  readonly number: number;
}

/** Makes the tickets of one client. Each is good for one attempt. */
export class TicketSigner {
  #clock: () => number;
  #last = 0;

  /** `clock` gives milliseconds since 1970, so that a later process goes on where this one ends. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** The ALPN name that shows the next ticket. */
  next(name: string, secret: Uint8Array): string {
    this.#last = Math.max(Math.floor(this.#clock()), this.#last + 1);
    return encodeTicket(name, secret, this.#last);
  }
}

/** The ALPN name of a client's ticket. */
export function encodeTicket(name: string, secret: Uint8Array, number: number): string {
  const numbered = encodeNumber(number);
  const mac = seal(derive("key", name, secret), numbered);
  return TICKET_PREFIX + pseudonymOf(name, secret) + numbered.toHex() + mac.toHex();
}

/** Recognises tickets. What is not the ticket of one of its clients costs at most one HMAC. */
export class TicketReader {
  /** By pseudonym; a key is made when it is first needed. */
  #clients = new Map<string, { client: string; secret: Uint8Array; key?: Uint8Array }>();

  /** `secrets` are by client name; each is valid. */
  constructor(secrets: ReadonlyMap<string, readonly Uint8Array[]>) {
    for (const [client, each] of secrets) {
      for (const secret of each) {
        this.#clients.set(pseudonymOf(client, secret), { client, secret });
      }
    }
  }

  /** The ticket among a hello's ALPN names; only the first that looks like one is examined. */
  find(protocols: readonly string[]): Ticket | undefined {
    const shown = protocols.find((name) => name.startsWith(TICKET_PREFIX));
    const text = shown?.slice(TICKET_PREFIX.length);
    if (text === undefined || !SHAPE.test(text)) return undefined;
    const known = this.#clients.get(text.slice(0, 2 * PSEUDONYM_BYTES));
    if (known === undefined) return undefined;
    const rest = Uint8Array.fromHex(text.slice(2 * PSEUDONYM_BYTES));
    const numbered = rest.subarray(0, NUMBER_BYTES);
    known.key ??= derive("key", known.client, known.secret);
    if (!timingSafeEqual(seal(known.key, numbered), rest.subarray(NUMBER_BYTES))) return undefined;
    const view = new DataView(numbered.buffer, numbered.byteOffset);
    return { client: known.client, number: Number(view.getBigUint64(0)) };
  }
}

/** What stands for a client's name in its tickets, in hexadecimal. */
function pseudonymOf(name: string, secret: Uint8Array): string {
  return derive("name", name, secret).subarray(0, PSEUDONYM_BYTES).toHex();
}

function derive(label: "name" | "key", name: string, secret: Uint8Array): Uint8Array {
  return createHmac("sha256", secret).update(`pppoe-proxy/1 ticket ${label}\0${name}`).digest();
}

function seal(key: Uint8Array, numbered: Uint8Array): Uint8Array {
  return createHmac("sha256", key).update(numbered).digest().subarray(0, MAC_BYTES);
}

function encodeNumber(number: number): Uint8Array {
  const bytes = new Uint8Array(NUMBER_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}
