/** Discovers the access concentrators of an Ethernet segment (RFC 2516 sections 5.1, 5.2). */
import type { Link } from "../../../ffi/link/link.ts";
import {
  CODE_PADI,
  CODE_PADO,
  MAX_PADI,
  PPPOE_HEADER,
  TAG_AC_NAME,
  TAG_HOST_UNIQ,
  TAG_SERVICE_NAME,
} from "../../pppoe/constants.ts";
import { encodeDiscovery, parseDiscovery } from "../../pppoe/frame.ts";
import { BROADCAST, type Mac, readMac } from "../../pppoe/mac.ts";
import { encodeTags, findTag, readTags, type Tag, tagsLength } from "../../pppoe/tags.ts";

/** Delay before the second PADI, in milliseconds; doubles after each PADI. */
const FIRST_DELAY = 1_000;
/** Maximum number of offers kept. */
const MAX_OFFERS = 256;

/** Options of a search. */
export interface PadiScanOptions {
  /** Service-Name of the PADI, empty for any service. */
  service: string;
  /** Host-Uniq, which distinguishes our answers from those for other hosts. */
  hostUniq: Uint8Array;
  /** EtherType of discovery frames. */
  etherType: number;
  /** How long to wait for answers, in milliseconds. */
  timeout: number;
  /** Stops at the first answer. Default false. */
  first?: boolean;
  /** Monotonic clock, in milliseconds. */
  now: () => number;
}

/** An access concentrator's first PADO. */
export interface Offer {
  mac: Mac;
  tags: readonly Tag[];
  /** Milliseconds since the last PADI sent before it. */
  after: number;
  /**
   * Whether it has our Host-Uniq, as RFC 2516 appendix A requires; offers without one are accepted.
   */
  hostUniqReturned: boolean;
}

/** Encodes a PADI; throws RangeError if it is longer than 1,484 bytes (RFC 2516 section 5.1). */
export function padi(source: Mac, options: PadiScanOptions): Uint8Array {
  const tags: Tag[] = [
    { type: TAG_SERVICE_NAME, value: new TextEncoder().encode(options.service) },
    { type: TAG_HOST_UNIQ, value: options.hostUniq },
  ];
  const length = PPPOE_HEADER + tagsLength(tags);
  if (length > MAX_PADI) {
    throw new RangeError(
      `Cannot send a PADI of ${length} bytes: the maximum is ${MAX_PADI}; shorten --service or --host-uniq`,
    );
  }
  return encodeDiscovery(
    { destination: BROADCAST, source, code: CODE_PADI, sessionId: 0, tags: encodeTags(tags) },
    options.etherType,
  );
}

/** Reads a received frame as an offer; undefined for any other frame. */
function readOffer(
  frame: Uint8Array,
  us: Mac,
  { hostUniq, etherType }: PadiScanOptions,
): Omit<Offer, "after"> | undefined {
  const packet = parseDiscovery(frame, etherType);
  if (typeof packet === "string" || packet.code !== CODE_PADO) return undefined;
  if (packet.destination !== us) return undefined;
  const tags = readTags(packet.tags);
  if (typeof tags === "string") return undefined;
  const returned = findTag(tags, TAG_HOST_UNIQ);
  if (returned !== undefined && returned.toHex() !== hostUniq.toHex()) return undefined;
  return { mac: packet.source, tags, hostUniqReturned: returned !== undefined };
}

/**
 * Sends PADIs on a link and returns the first offer of each AC, in order of arrival. Closes the
 * link at the end. Throws RangeError for a PADI that is too long.
 */
export async function scanForAcs(link: Link, options: PadiScanOptions): Promise<Offer[]> {
  const us = readMac(link.mac, 0);
  // Keyed by address and name: several ACs may share an address.
  const offers = new Map<string, Offer>();
  let askedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = (request: Uint8Array, delay: number): void => {
    askedAt = options.now();
    link.send(request);
    timer = setTimeout(ask, delay, request, delay * 2);
  };
  const end = setTimeout(() => link.close(), options.timeout);
  try {
    const request = padi(us, options);
    const done = link.run({
      frame(bytes, _view, offset, length) {
        const offer = readOffer(bytes.slice(offset, offset + length), us, options);
        if (offer === undefined || offers.size >= MAX_OFFERS) return;
        const key = `${offer.mac}/${findTag(offer.tags, TAG_AC_NAME)?.toHex() ?? "-"}`;
        if (offers.has(key)) return;
        offers.set(key, { ...offer, after: options.now() - askedAt });
      },
      batchEnd() {
        if (options.first && offers.size > 0) link.close();
      },
      state() {},
    });
    ask(request, FIRST_DELAY);
    await done;
  } finally {
    clearTimeout(end);
    clearTimeout(timer);
    link.close();
  }
  return [...offers.values()];
}
