/** PPPoE constants, from the documents named with each. */

// Sizes in bytes.

/** Size of destination, source and EtherType. */
export const ETHERNET_HEADER = 14;
/** Size of VER, TYPE, CODE, SESSION_ID and LENGTH (RFC 2516 section 4). */
export const PPPOE_HEADER = 6;
/** Size of both headers: the offset of the payload. */
export const SESSION_HEADER = ETHERNET_HEADER + PPPOE_HEADER;
/** Minimum size of an Ethernet frame without its check sequence (IEEE 802.3). */
export const MIN_FRAME = 60;
/**
 * Maximum size of a PADI with its PPPoE header, so that a relay can add a tag (RFC 2516 section
 * 5.1).
 */
export const MAX_PADI = 1484;
/** Maximum size of other discovery packets with the PPPoE header: an Ethernet payload. */
export const MAX_DISCOVERY = 1500;

// EtherTypes (RFC 2516 section 4).

export const ETHERTYPE_DISCOVERY = 0x8863;
export const ETHERTYPE_SESSION = 0x8864;

/** VER 1 and TYPE 1 in one byte (RFC 2516 section 4). */
export const VERSION_TYPE = 0x11;
/** Must not be used as a session id (RFC 2516 section 4). */
export const RESERVED_SESSION_ID = 0xffff;

// Codes: RFC 2516 section 5; PADG, PADC, PADQ: RFC 5578; PADM, PADN: draft-carrel-info-pppoe-ext.

export const CODE_SESSION = 0x00;
export const CODE_PADO = 0x07;
export const CODE_PADI = 0x09;
export const CODE_PADG = 0x0a;
export const CODE_PADC = 0x0b;
export const CODE_PADQ = 0x0c;
export const CODE_PADR = 0x19;
export const CODE_PADS = 0x65;
export const CODE_PADT = 0xa7;
export const CODE_PADM = 0xd3;
export const CODE_PADN = 0xd4;

const CODE_NAMES: ReadonlyMap<number, string> = new Map([
  [CODE_SESSION, "SESSION"],
  [CODE_PADO, "PADO"],
  [CODE_PADI, "PADI"],
  [CODE_PADG, "PADG"],
  [CODE_PADC, "PADC"],
  [CODE_PADQ, "PADQ"],
  [CODE_PADR, "PADR"],
  [CODE_PADS, "PADS"],
  [CODE_PADT, "PADT"],
  [CODE_PADM, "PADM"],
  [CODE_PADN, "PADN"],
]);

/** Returns the name of a code, or a string such as `code-0x42` if it has none. */
export function codeName(code: number): string {
  return CODE_NAMES.get(code) ?? `code-0x${code.toString(16).padStart(2, "0")}`;
}

// Tags: RFC 2516 appendix A, RFC 4937, RFC 4638, RFC 5578, IANA's registry.

export const TAG_END_OF_LIST = 0x0000;
export const TAG_SERVICE_NAME = 0x0101;
export const TAG_AC_NAME = 0x0102;
export const TAG_HOST_UNIQ = 0x0103;
export const TAG_AC_COOKIE = 0x0104;
export const TAG_VENDOR_SPECIFIC = 0x0105;
export const TAG_CREDITS = 0x0106;
export const TAG_METRICS = 0x0107;
export const TAG_SEQUENCE_NUMBER = 0x0108;
export const TAG_CREDIT_SCALE_FACTOR = 0x0109;
export const TAG_RELAY_SESSION_ID = 0x0110;
export const TAG_HURL = 0x0111;
export const TAG_MOTM = 0x0112;
export const TAG_PPP_MAX_PAYLOAD = 0x0120;
const TAG_IP_ROUTE_ADD = 0x0121;
export const TAG_SERVICE_NAME_ERROR = 0x0201;
export const TAG_AC_SYSTEM_ERROR = 0x0202;
export const TAG_GENERIC_ERROR = 0x0203;

const TAG_NAMES: ReadonlyMap<number, string> = new Map([
  [TAG_END_OF_LIST, "End-Of-List"],
  [TAG_SERVICE_NAME, "Service-Name"],
  [TAG_AC_NAME, "AC-Name"],
  [TAG_HOST_UNIQ, "Host-Uniq"],
  [TAG_AC_COOKIE, "AC-Cookie"],
  [TAG_VENDOR_SPECIFIC, "Vendor-Specific"],
  [TAG_CREDITS, "Credits"],
  [TAG_METRICS, "Metrics"],
  [TAG_SEQUENCE_NUMBER, "Sequence-Number"],
  [TAG_CREDIT_SCALE_FACTOR, "Credit-Scale-Factor"],
  [TAG_RELAY_SESSION_ID, "Relay-Session-Id"],
  [TAG_HURL, "HURL"],
  [TAG_MOTM, "MOTM"],
  [TAG_PPP_MAX_PAYLOAD, "PPP-Max-Payload"],
  [TAG_IP_ROUTE_ADD, "IP-Route-Add"],
  [TAG_SERVICE_NAME_ERROR, "Service-Name-Error"],
  [TAG_AC_SYSTEM_ERROR, "AC-System-Error"],
  [TAG_GENERIC_ERROR, "Generic-Error"],
]);

/** Returns the name of a tag, or a string such as `tag-0x0999` if it has none. */
export function tagName(type: number): string {
  return TAG_NAMES.get(type) ?? `tag-0x${type.toString(16).padStart(4, "0")}`;
}
