/** Rules for every frame that a proxy puts on a wire, and for its drop counters. */
import * as pppoe from "../../src/pppoe/constants.ts";
import { parseDiscovery } from "../../src/pppoe/frame.ts";
import { readMac } from "../../src/pppoe/mac.ts";
import { checkDiscovery } from "../../src/pppoe/rules.ts";
import { sessionFault } from "../../src/pppoe/session_frame.ts";
import { readTags } from "../../src/pppoe/tags.ts";
import type { DropReason } from "../../src/proxy/session/drops.ts";
import type { Side } from "../proxy/path.ts";
import { must } from "./target.ts";

/** All drop reasons; the compiler checks that none is missing. */
const REASONS: Record<DropReason, true> = {
  "control-excess": true,
  "packet-duplicate": true,
  "ping-rate": true,
  "pong-unexpected": true,
  "probe-late": true,
  "ppp-short": true,
  "ac-address-spoofed": true,
  "ac-cookie-missing": true,
  "ac-cookie-unknown": true,
  "code-wrong": true,
  "customer-session-limit": true,
  "datagram-malformed": true,
  "datagram-too-long": true,
  "destination-not-unicast": true,
  "discovery-rate": true,
  "discovery-too-long": true,
  "ethertype-wrong": true,
  "frame-short": true,
  "fragment-duplicate": true,
  "fragment-late": true,
  "fragment-lost": true,
  "fragment-mismatch": true,
  "draining": true,
  "host-session": true,
  "host-uniq-busy": true,
  "host-uniq-duplicate": true,
  "host-uniq-forged": true,
  "host-uniq-missing": true,
  "host-uniq-unknown": true,
  "length-overrun": true,
  "mac-in-use": true,
  "no-tunnel": true,
  "not-for-us": true,
  "offer-rate": true,
  "offer-used": true,
  "own-address": true,
  "padi-not-broadcast": true,
  "padi-rate": true,
  "padi-repeated": true,
  "padr-repeated": true,
  "pending-limit": true,
  "queue-full": true,
  "queue-stale": true,
  "service-name-count": true,
  "session-id-reserved": true,
  "session-id-wrong": true,
  "session-id-zero": true,
  "session-limit": true,
  "session-unknown": true,
  "session-unproven": true,
  "source-not-unicast": true,
  "tag-length-wrong": true,
  "tag-overrun": true,
  "tag-truncated": true,
  "tags-too-long": true,
  "tunnel-frame-unfit": true,
  "unsolicited": true,
  "version-wrong": true,
  "wrong-direction": true,
};

/** Returns the number of frames that a side has dropped so far, including on its link. */
export function dropsOf({ drops, link }: Side): number {
  for (const reason of Object.keys(drops)) must(Object.hasOwn(REASONS, reason), reason);
  const sum = (counts: Record<string, number>) =>
    Object.values(counts).reduce((all, count) => all + count, 0);
  return sum(drops) + sum(link.statistics.drops);
}

/** Codes that a proxy never sends to the peers on each side. */
const NEVER: Record<"ac" | "customer", readonly number[]> = {
  ac: [pppoe.CODE_PADO, pppoe.CODE_PADS, pppoe.CODE_PADM, pppoe.CODE_PADN],
  customer: [pppoe.CODE_PADI, pppoe.CODE_PADR],
};

/** Tags that are meaningful on one side only. */
const PRIVATE = [pppoe.TAG_HOST_UNIQ, pppoe.TAG_AC_COOKIE, pppoe.TAG_RELAY_SESSION_ID];

/**
 * Checks a frame that a peer on a wire receives: valid, short enough, with a code that a proxy may
 * send there.
 */
export function mustFit(frame: Uint8Array, to: "ac" | "customer"): void {
  must(frame.length >= pppoe.MIN_FRAME, `a frame of ${frame.length} bytes`);
  must(frame.length <= 1_514, `a frame of ${frame.length} bytes`);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint16(12) === pppoe.ETHERTYPE_SESSION) {
    const fault = sessionFault(view, 0, frame.length);
    return must(fault === undefined, `a session frame with ${fault}`);
  }
  const packet = parseDiscovery(frame);
  if (typeof packet === "string") return must(false, `a discovery frame with ${packet}`);
  const name = pppoe.codeName(packet.code);
  must(!NEVER[to].includes(packet.code), `${name} to the ${to}`);
  const tags = readTags(packet.tags);
  if (typeof tags === "string") return must(false, `${name} with ${tags}`);
  if (packet.code === pppoe.CODE_PADT) {
    must(!tags.some(({ type }) => PRIVATE.includes(type)), "a PADT with tags of one side");
  }
  const fault = checkDiscovery(packet, tags);
  must(fault === undefined, `${name} with ${fault}`);
}

/** Returns the addresses of a frame. */
export function addresses(frame: Uint8Array): { destination: number; source: number } {
  return { destination: readMac(frame, 0), source: readMac(frame, 6) };
}

/** Returns the PPP payload of a session frame; undefined for other frames. */
export function payloadOf(frame: Uint8Array): Uint8Array | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (frame.length < 20 || view.getUint16(12) !== pppoe.ETHERTYPE_SESSION) return undefined;
  return frame.slice(20, 20 + view.getUint16(18));
}
