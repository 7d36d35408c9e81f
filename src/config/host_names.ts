import { isIPv4 } from "node:net";

/** DNS label: up to 63 letters, digits, underscores and inner hyphens (RFC 1123 section 2.1). */
const LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;
/** Maximum length of a DNS name, in characters (RFC 1035 section 2.3.4). */
const MAX_NAME = 253;

/** Whether a text is a DNS name as used in certificates; digits and dots alone are not one. */
export function isDnsName(text: string): boolean {
  if (text.length === 0 || text.length > MAX_NAME || /^[\d.]+$/.test(text)) return false;
  return text.split(".").every((label) => LABEL.test(label));
}

/** Whether a text is an IPv4 address or a name. */
export function isHost(text: string): boolean {
  return isIPv4(text) || isDnsName(text);
}
