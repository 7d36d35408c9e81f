/**
 * The ticket that a client sends in its ClientHello, as a second ALPN name (docs/protocol.md,
 * "Tickets"). It tells the server, and only the server, which client is connecting before TLS
 * begins, and gives the client a place that strangers cannot take. It authenticates nothing. Pure.
 *
 *     pppoe-proxy-ticket/1: ‖ hexadecimal of  pseudonym 8 ‖ number 8 ‖ MAC 16
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Prefix of a ticket's ALPN name. */
export const TICKET_PREFIX = "pppoe-proxy-ticket/1:";

const PSEUDONYM_BYTES = 8;
const NUMBER_BYTES = 8;
/** A truncated HMAC-SHA-256 (RFC 2104 section 5). */
const MAC_BYTES = 16;
const TICKET_BYTES = PSEUDONYM_BYTES + NUMBER_BYTES + MAC_BYTES;
const SHAPE = new RegExp(`^[0-9a-f]{${2 * TICKET_BYTES}}$`);

/** A valid ticket of a client. */
export interface Ticket {
  readonly client: string;
  /** Greater than in every earlier ticket of the client, unless its clock was set back. */
  readonly number: number;
}

/** Makes the tickets of one client. Each is valid for one attempt. */
export class TicketSigner {
  #clock: () => number;
  #last = 0;

  /** `clock` returns milliseconds since 1970, so that a later process continues the numbers. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Returns the ALPN name with the next ticket. */
  next(name: string, secret: Uint8Array): string {
    this.#last = Math.max(Math.floor(this.#clock()), this.#last + 1);
    return encodeTicket(name, secret, this.#last);
  }
}

/** Encodes a client's ticket as an ALPN name. */
export function encodeTicket(name: string, secret: Uint8Array, number: number): string {
  const numbered = encodeNumber(number);
  const mac = seal(derive("key", name, secret), numbered);
  return TICKET_PREFIX + pseudonymOf(name, secret) + numbered.toHex() + mac.toHex();
}

/** Recognises tickets. A text that is not a client's ticket costs at most one HMAC. */
export class TicketReader {
  /** By pseudonym; a key is derived when first needed. */
  #clients = new Map<string, { client: string; secret: Uint8Array; key?: Uint8Array }>();

  /** `secrets` maps a client's name to its valid secrets. */
  constructor(secrets: ReadonlyMap<string, readonly Uint8Array[]>) {
    for (const [client, each] of secrets) {
      for (const secret of each) {
        this.#clients.set(pseudonymOf(client, secret), { client, secret });
      }
    }
  }

  /** Finds the ticket among a hello's ALPN names; checks only the first that looks like one. */
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

/** Hexadecimal pseudonym that replaces a client's name in its tickets. */
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
