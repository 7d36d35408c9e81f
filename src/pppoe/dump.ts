import {
  codeName,
  TAG_AC_NAME,
  TAG_AC_SYSTEM_ERROR,
  TAG_GENERIC_ERROR,
  TAG_HURL,
  TAG_MOTM,
  TAG_SERVICE_NAME,
  TAG_SERVICE_NAME_ERROR,
  tagName,
} from "./constants.ts";
import { printable } from "../printable.ts";
import { parseDiscovery } from "./frame.ts";
import { formatMac } from "./mac.ts";
import { readTags, type Tag } from "./tags.ts";

/** Maximum number of bytes shown of a tag's value. */
const MAX_SHOWN = 64;
/** Maximum number of tags shown of a packet. */
const MAX_TAGS = 24;

/** Tags whose value is UTF-8 text (RFC 2516 appendix A). */
const TEXT_TAGS: ReadonlySet<number> = new Set([
  TAG_SERVICE_NAME,
  TAG_AC_NAME,
  TAG_HURL,
  TAG_MOTM,
  TAG_SERVICE_NAME_ERROR,
  TAG_AC_SYSTEM_ERROR,
  TAG_GENERIC_ERROR,
]);

/** Whether a tag's value is UTF-8 text (RFC 2516 appendix A). */
export function isTextTag(type: number): boolean {
  return TEXT_TAGS.has(type);
}

/**
 * Formats a discovery frame as one line: `PADI 02:00:00:00:00:01 → ff:ff:ff:ff:ff:ff sid 0x0000
 * <Service-Name ""> <Host-Uniq 4e2f>`. A malformed frame is shown as far as it is valid, with its
 * fault.
 */
export function dumpDiscovery(frame: Uint8Array, etherType?: number): string {
  const packet = parseDiscovery(frame, etherType);
  if (typeof packet === "string") return `[${packet}, ${frame.length} bytes]`;
  const { code, source, destination, sessionId } = packet;
  const sid = sessionId.toString(16).padStart(4, "0");
  const head = `${codeName(code)} ${formatMac(source)} → ${formatMac(destination)} sid 0x${sid}`;
  const tags = readTags(packet.tags);
  if (typeof tags === "string") return `${head} [${tags}]`;
  const shown = tags.slice(0, MAX_TAGS).map(dumpTag);
  if (tags.length > MAX_TAGS) shown.push(`[${tags.length - MAX_TAGS} more tags]`);
  return [head, ...shown].join(" ");
}

function dumpTag(tag: Tag): string {
  return `<${tagName(tag.type)} ${dumpValue(tag)}>`;
}

/** Formats a tag's value in short form: quoted text for text tags, otherwise hexadecimal digits. */
export function dumpValue({ type, value }: Tag): string {
  const shown = value.subarray(0, MAX_SHOWN);
  const rest = value.length > MAX_SHOWN ? `… ${value.length} bytes` : "";
  if (TEXT_TAGS.has(type)) return `${quote(shown)}${rest}`;
  return `${shown.toHex() || "empty"}${rest}`;
}

function quote(bytes: Uint8Array): string {
  // JSON does not escape DEL, C1 controls and direction marks, which a terminal may act on.
  return printable(JSON.stringify(new TextDecoder().decode(bytes)));
}
