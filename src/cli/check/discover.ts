import { readTimeout } from "../read_timeout.ts";
import { openLink } from "../../../ffi/link/open_link.ts";
import {
  ETHERTYPE_DISCOVERY,
  ETHERTYPE_SESSION,
  TAG_AC_NAME,
  tagName,
} from "../../pppoe/constants.ts";
import { dumpValue, isTextTag } from "../../pppoe/dump.ts";
import { formatMac } from "../../pppoe/mac.ts";
import { findTag } from "../../pppoe/tags.ts";
import { showDelay } from "../terminal/amounts.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { type Block, blocks } from "../terminal/columns.ts";
import { CommandError } from "../exit_codes.ts";
import { printLine } from "../terminal/output.ts";
import { type Offer, type PadiScanOptions, scanForAcs } from "./padi_scan.ts";
import { stdoutPaint } from "../terminal/style.ts";

const DEFAULT_TIMEOUT = "3s";
const HOST_UNIQ_BYTES = 8;
/** Slots of the receive ring; the minimum, as few answers arrive. */
const RING_FRAMES = 64;

/**
 * `discover --interface NAME`: lists access concentrators that answer a PADI; exit code 1 if none.
 */
export async function discoverCommand({ values, switches }: Arguments): Promise<number> {
  const name = values.get("interface") ?? "";
  const options: PadiScanOptions = {
    service: values.get("service") ?? "",
    hostUniq: readHostUniq(values.get("host-uniq")),
    etherType: ETHERTYPE_DISCOVERY,
    timeout: readTimeout(values.get("timeout") ?? DEFAULT_TIMEOUT),
    now: () => performance.now(),
  };
  const offers = await discoverOn(name, options);
  if (switches.has("json")) {
    await printLine(JSON.stringify({ schema: 1, interface: name, acs: offers.map(toJson) }));
  } else {
    for (const line of blocks(offers.map(toBlock), stdoutPaint())) await printLine(line);
  }
  if (offers.length > 0) return 0;
  throw new CommandError(
    "failed",
    `No access concentrator answered on "${name}" within ${options.timeout / 1_000} s; ` +
      "check the cable and the VLAN; some need a --service",
  );
}

/**
 * Opens an interface and searches on it. Throws SystemError, or an Error if the interface is down.
 */
export async function discoverOn(
  name: string,
  options: PadiScanOptions,
  sessionType = ETHERTYPE_SESSION,
): Promise<Offer[]> {
  const link = openLink({
    interface: name,
    promiscuous: false,
    etherTypes: [options.etherType, sessionType],
    ringFrames: RING_FRAMES,
  });
  if (link.up) return await scanForAcs(link, options);
  link.close();
  throw new Error(`Cannot send on "${name}": it is down; run \`ip link set ${name} up\``);
}

/** Returns a random Host-Uniq of 8 bytes. */
export function randomHostUniq(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(HOST_UNIQ_BYTES));
}

function readHostUniq(digits: string | undefined): Uint8Array {
  if (digits === undefined) return randomHostUniq();
  if (/^([0-9a-f]{2})+$/i.test(digits)) return Uint8Array.fromHex(digits);
  throw new UsageError(
    `Cannot use "${digits}" as a Host-Uniq: use pairs of hexadecimal digits`,
  );
}

/** The AC-Name of an offer, or "" without one. */
export function acName({ tags }: Offer): string {
  return new TextDecoder().decode(findTag(tags, TAG_AC_NAME));
}

function toBlock(offer: Offer): Block {
  const { mac, tags, after, hostUniqReturned } = offer;
  return {
    title: "access concentrator",
    name: acName(offer) || "(no name)",
    facts: [
      ["mac address", formatMac(mac)],
      ["answered after", showDelay(after / 1_000)],
      ...tags.map((tag): [string, string] => [tagName(tag.type), dumpValue(tag)]),
      [
        "warning",
        hostUniqReturned
          ? ""
          : "does not return the Host-Uniq, so only one host can connect at a time",
      ],
    ],
  };
}

function toJson(offer: Offer): object {
  const { mac, tags, after, hostUniqReturned } = offer;
  return {
    mac: formatMac(mac),
    ac_name: acName(offer),
    round_trip_seconds: Number((after / 1_000).toFixed(6)),
    host_uniq_returned: hostUniqReturned,
    tags: tags.map((tag) => ({
      type: tag.type,
      name: tagName(tag.type),
      hex: tag.value.toHex(),
      ...(isTextTag(tag.type) && { text: new TextDecoder().decode(tag.value) }),
    })),
  };
}
