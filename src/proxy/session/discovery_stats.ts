import {
  codeName,
  ETHERNET_HEADER,
  TAG_AC_SYSTEM_ERROR,
  TAG_GENERIC_ERROR,
  TAG_SERVICE_NAME_ERROR,
  tagName,
} from "../../pppoe/constants.ts";
import type { Tag } from "../../pppoe/tags.ts";
import { Histogram } from "./histogram.ts";

/** Direction and side of a discovery packet. */
export type PacketDirection = "from-wire" | "to-wire" | "from-tunnel" | "to-tunnel";

const ERRORS: ReadonlySet<number> = new Set([
  TAG_SERVICE_NAME_ERROR,
  TAG_AC_SYSTEM_ERROR,
  TAG_GENERIC_ERROR,
]);

/** Statistics of discovery. Session frames do not touch them. */
export class DiscoveryStats {
  /** Number of packets by direction and code. */
  readonly packets: Record<PacketDirection, Record<string, number>> = {
    "from-wire": {},
    "to-wire": {},
    "from-tunnel": {},
    "to-tunnel": {},
  };
  /** Number of packets with an error tag (RFC 2516 Appendix A), from the wire or a tunnel. */
  readonly errors: Record<string, number> = {};
  /** Time from a customer's first PADI to its session, in seconds. */
  readonly setup = new Histogram([0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]);
  /** Round-trip times of keepalives, in seconds. */
  readonly roundTrip = new Histogram([
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
  ]);

  packet(way: PacketDirection, code: number): void {
    const name = codeName(code);
    count(this.packets[way], name.startsWith("code-") ? "other" : name);
  }

  /** Counts a whole frame. */
  frame(way: PacketDirection, frame: Uint8Array): void {
    this.packet(way, frame[ETHERNET_HEADER + 1]);
  }

  /** Records that a session opened this many milliseconds after its first PADI. */
  opened(milliseconds: number): void {
    this.setup.observe(milliseconds / 1_000);
  }

  /** Counts the error tags of a packet. */
  errorTags(tags: readonly Tag[]): void {
    for (const { type } of tags) {
      if (ERRORS.has(type)) count(this.errors, tagName(type));
    }
  }
}

/** Increments a named count. */
export function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
