import {
  ETHERNET_HEADER,
  ETHERTYPE_DISCOVERY,
  PPPOE_HEADER,
  SESSION_HEADER,
  VERSION_TYPE,
} from "./constants.ts";
import { type Mac, readMac, writeMac } from "./mac.ts";

/** A discovery packet (RFC 2516 section 5), with its tags not yet parsed. */
export interface DiscoveryPacket {
  destination: Mac;
  source: Mac;
  code: number;
  sessionId: number;
  /** The payload: LENGTH bytes of tags. A view of the frame, not a copy, when parsed. */
  tags: Uint8Array;
}

/** Why a frame is not a discovery packet. */
export type FrameFault =
  /** Shorter than both headers. */
  | "frame-short"
  /** Not the EtherType of discovery. */
  | "ethertype-wrong"
  /** VER or TYPE is not 1 (RFC 2516 section 4). */
  | "version-wrong"
  /** LENGTH exceeds the captured bytes. */
  | "length-overrun";

/** Parses a frame; bytes beyond LENGTH are padding and ignored. */
export function parseDiscovery(
  frame: Uint8Array,
  etherType = ETHERTYPE_DISCOVERY,
): DiscoveryPacket | FrameFault {
  if (frame.length < SESSION_HEADER) return "frame-short";
  if (readUint16(frame, 12) !== etherType) return "ethertype-wrong";
  if (frame[ETHERNET_HEADER] !== VERSION_TYPE) return "version-wrong";
  const length = readUint16(frame, 18);
  if (SESSION_HEADER + length > frame.length) return "length-overrun";
  return {
    destination: readMac(frame, 0),
    source: readMac(frame, 6),
    code: frame[ETHERNET_HEADER + 1],
    sessionId: readUint16(frame, 16),
    tags: frame.subarray(SESSION_HEADER, SESSION_HEADER + length),
  };
}

/** Encodes the packet as an Ethernet frame, without padding. */
export function encodeDiscovery(
  packet: DiscoveryPacket,
  etherType = ETHERTYPE_DISCOVERY,
): Uint8Array {
  const frame = new Uint8Array(ETHERNET_HEADER + PPPOE_HEADER + packet.tags.length);
  writeMac(frame, 0, packet.destination);
  writeMac(frame, 6, packet.source);
  writeUint16(frame, 12, etherType);
  frame[ETHERNET_HEADER] = VERSION_TYPE;
  frame[ETHERNET_HEADER + 1] = packet.code;
  writeUint16(frame, 16, packet.sessionId);
  writeUint16(frame, 18, packet.tags.length);
  frame.set(packet.tags, SESSION_HEADER);
  return frame;
}

// A DataView for each frame would cost more than the frame.

function readUint16(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}

function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}
