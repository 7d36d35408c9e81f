import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_AC_COOKIE,
  TAG_AC_NAME,
  TAG_HOST_UNIQ,
  TAG_SERVICE_NAME,
} from "../../pppoe/constants.ts";
import { type DiscoveryPacket, encodeDiscovery, parseDiscovery } from "../../pppoe/frame.ts";
import { BROADCAST, type Mac } from "../../pppoe/mac.ts";
import { encodeTags, findTag, readTags, type Tag } from "../../pppoe/tags.ts";

/** Sends a frame to the proxy; `handle` is its session's, 0 for none, and only for a tunnel. */
type Send = (handle: number, frame: Uint8Array) => void;

/** Locally administered addresses (IEEE 802); they appear on no wire. */
export const AC: Mac = 0x02_00_00_00_00_a1;
const CUSTOMERS: Mac = 0x02_00_00_01_00_00;
const NO_BYTES = new Uint8Array(0);
const SERVICE: Tag = { type: TAG_SERVICE_NAME, value: NO_BYTES };
const OFFER: readonly Tag[] = [
  { type: TAG_AC_NAME, value: new TextEncoder().encode("warm-up") },
  { type: TAG_AC_COOKIE, value: new Uint8Array(16) },
];

/**
 * A customer that dials, and an AC that answers, on both sides of one proxy:
 *
 *     customer ──PADI, PADR, PADT──▶ proxy ──▶ AC
 *              ◀──────────────────── proxy ◀── PADO, PADS ──
 */
export class ScriptedHosts {
  #toProxy: { fromCustomer: Send; fromAc: Send };
  #customer: Mac = CUSTOMERS;
  #sessionId = 0;
  #open: (() => void) | undefined;

  /** Where the proxy receives the customer's frames, and the AC's. */
  constructor(toProxy: { fromCustomer: Send; fromAc: Send }) {
    this.#toProxy = toProxy;
  }

  /** Dials as another customer; resolves when its session has opened and was ended again. */
  dial(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open = resolve;
    this.#customer++;
    const tags = [SERVICE, { type: TAG_HOST_UNIQ, value: new Uint8Array(8) }];
    this.#ask(CODE_PADI, BROADCAST, 0, 0, tags);
    return promise;
  }

  /** Handles a frame that the proxy sends towards the customer. */
  toCustomer(handle: number, frame: Uint8Array): void {
    const packet = parseDiscovery(frame);
    if (typeof packet === "string") return;
    const { code, source, sessionId, tags } = packet;
    if (code === CODE_PADO) this.#ask(CODE_PADR, source, 0, 0, listOf(tags));
    if (code !== CODE_PADS || sessionId === 0) return;
    this.#ask(CODE_PADT, source, handle, sessionId, []);
    this.#open?.();
  }

  /** Handles a frame that the proxy sends towards the AC. */
  toAc(frame: Uint8Array): void {
    const packet = parseDiscovery(frame);
    if (typeof packet === "string") return;
    const { code, tags } = packet;
    if (code === CODE_PADI) this.#answer(packet, CODE_PADO, 0, [...listOf(tags), ...OFFER]);
    if (code !== CODE_PADR) return;
    const asked = listOf(tags).filter(({ type }) => type !== TAG_AC_COOKIE);
    this.#answer(packet, CODE_PADS, ++this.#sessionId, asked);
  }

  #ask(code: number, destination: Mac, handle: number, sessionId: number, list: Tag[]): void {
    const sent = list.filter(({ type }) => type !== TAG_AC_NAME);
    const packet = { destination, source: this.#customer, code, sessionId };
    const frame = encodeDiscovery({ ...packet, tags: encodeTags(sent) });
    this.#toProxy.fromCustomer(handle, frame);
  }

  #answer(request: DiscoveryPacket, code: number, sessionId: number, tags: Tag[]): void {
    const packet = { destination: request.source, source: AC, code, sessionId };
    const frame = encodeDiscovery({ ...packet, tags: encodeTags(tags) });
    // A server assigns the handle of a session; a client accepts any that is free.
    this.#toProxy.fromAc(sessionId, frame);
  }
}

function listOf(tags: Uint8Array): Tag[] {
  const list = readTags(tags);
  return typeof list === "string" || findTag(list, TAG_HOST_UNIQ) === undefined ? [] : list;
}
