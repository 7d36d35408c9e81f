import {
  CODE_PADT,
  CODE_SESSION,
  codeName,
  TAG_AC_COOKIE,
  TAG_AC_NAME,
  TAG_GENERIC_ERROR,
  TAG_HOST_UNIQ,
  TAG_SERVICE_NAME,
} from "../../../src/pppoe/constants.ts";
import { isTextTag } from "../../../src/pppoe/dump.ts";
import { BROADCAST, formatMac, type Mac } from "../../../src/pppoe/mac.ts";
import { pppProtocol } from "../../../src/pppoe/ppp.ts";
import { findTag } from "../../../src/pppoe/tags.ts";
import { printable } from "../../../src/printable.ts";
import type { Observed } from "../peers/observed.ts";

/** Width of a terminal, in columns. */
const COLUMNS = 80;
/** Bytes of a binary tag that are shown. */
const SHOWN = 3;
/** Protocol number of IPv4 in PPP (RFC 1332 section 3). */
const IPV4 = 0x0021;

/** Tags that are shown, with the word for each. */
const TAGS = [
  [TAG_AC_NAME, "AC"],
  [TAG_SERVICE_NAME, "service"],
  [TAG_HOST_UNIQ, "Host-Uniq"],
  [TAG_AC_COOKIE, "cookie"],
  [TAG_GENERIC_ERROR, "error"],
] as const;

/** Formats a frame as one line of at most 80 columns; `names` has the stations by address. */
export function frameLine(
  segment: "LAN" | "WAN",
  frame: Observed,
  names: ReadonlyMap<Mac, string>,
): string {
  const station = (mac: Mac): string =>
    mac === BROADCAST ? "everyone" : names.get(mac) ?? formatMac(mac);
  const way = `${station(frame.source).padEnd(8)} → ${station(frame.destination).padEnd(8)}`;
  const isSession = frame.code === CODE_SESSION;
  const what = isSession ? "PPP" : codeName(frame.code);
  const details = isSession ? sessionDetails(frame) : tagDetails(frame);
  return shortened(`  ${segment}  ${way}  ${what.padEnd(4)}  ${details}`, COLUMNS);
}

function sessionDetails({ sessionId, payload }: Observed): string {
  const protocol = pppProtocol(payload, 0, payload.length);
  const name = protocol === IPV4 ? "IPv4" : `protocol 0x${protocol.toString(16).padStart(4, "0")}`;
  return `session ${sessionId}, ${name}, ${payload.length} bytes`;
}

function tagDetails({ code, sessionId, tags }: Observed): string {
  const wanted = TAGS.filter(([type]) => code !== CODE_PADT || type === TAG_GENERIC_ERROR);
  const shown = wanted.flatMap(([type, word]) => {
    const value = findTag(tags, type);
    if (value === undefined || value.length === 0) return [];
    return [`${word} ${isTextTag(type) ? text(value) : hexadecimal(value)}`];
  });
  return [...sessionId === 0 ? [] : [`session ${sessionId}`], ...shown].join(", ");
}

function text(value: Uint8Array): string {
  return printable(new TextDecoder().decode(value));
}

function hexadecimal(value: Uint8Array): string {
  return `${value.subarray(0, SHOWN).toHex()}${value.length > SHOWN ? "…" : ""}`;
}

function shortened(line: string, columns: number): string {
  const characters = [...line.trimEnd()];
  return characters.length <= columns
    ? characters.join("")
    : `${characters.slice(0, columns - 1).join("")}…`;
}
