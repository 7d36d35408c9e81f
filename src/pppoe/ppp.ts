/** A look at the PPP protocol inside a session frame (RFC 1661 section 2, RFC 5578 section 3.3). */
import { TAG_CREDITS } from "./constants.ts";

export const PPP_IPV4 = 0x0021;
export const PPP_IPV6 = 0x0057;
export const PPP_IPCP = 0x8021;
export const PPP_IPV6CP = 0x8057;
export const PPP_LCP = 0xc021;
export const PPP_PAP = 0xc023;
export const PPP_CHAP = 0xc223;

/**
 * The protocol of the PPP frame of `length` bytes at `at`. A compressed protocol field has one
 * byte, which is odd (RFC 1661 section 6.5). 0 for what is no PPP frame: too short, an even low
 * byte, or a credit tag in front (RFC 5578).
 */
export function pppProtocol(view: DataView, at: number, length: number): number {
  if (length === 0) return 0;
  const first = view.getUint8(at);
  if (length >= 2 && view.getUint16(at) === TAG_CREDITS) return 0;
  if ((first & 1) === 1) return first;
  if (length < 2) return 0;
  const protocol = view.getUint16(at);
  return (protocol & 1) === 1 ? protocol : 0;
}

/** Whether it is a control protocol: LCP, authentication, NCPs (RFC 1661 section 2: 0x8000 up). */
export function isControlProtocol(protocol: number): boolean {
  return protocol >= 0x8000;
}
