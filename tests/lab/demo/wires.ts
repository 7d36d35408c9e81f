/** The frames on both wires of the demo, in the order of their way. */
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  TAG_HOST_UNIQ,
} from "../../../src/pppoe/constants.ts";
import type { Mac } from "../../../src/pppoe/mac.ts";
import { findTag } from "../../../src/pppoe/tags.ts";
import type { Tapped, WireTap } from "../peers/wire_tap.ts";
import { frameLine } from "./frame_line.ts";

/** Interfaces at which frames arrive that travel to the AC. */
const UPWARDS: ReadonlySet<string> = new Set(["lan0", "ac0"]);
/** Codes in the order of a dial (RFC 2516 section 5). */
const DIAL = [CODE_PADI, CODE_PADO, CODE_PADR, CODE_PADS];

/** Shows frames of two tapped wires. */
export class Wires {
  readonly lan: WireTap;
  readonly wan: WireTap;
  /** The stations by address. */
  #names: ReadonlyMap<Mac, string>;
  #shown = { lan: 0, wan: 0 };

  constructor(lan: WireTap, wan: WireTap, names: ReadonlyMap<Mac, string>) {
    this.lan = lan;
    this.wan = wan;
    this.#names = names;
  }

  /**
   * Returns a line for each frame since the last call. Two sockets record a frame's way, so it is
   * ordered by what it says and not by when it was recorded.
   */
  newLines(): string[] {
    const frames = (["lan", "wan"] as const).flatMap((wire) => {
      const since = this.#shown[wire];
      this.#shown[wire] = this[wire].seen.length;
      return this[wire].seen.entries.slice(since).map((frame) => ({ wire, frame }));
    });
    const place = ({ wire, frame }: typeof frames[number]): number => {
      const isUp = UPWARDS.has(frame.arrivedAt);
      const isFirstWire = isUp === (wire === "lan");
      return 4 * DIAL.indexOf(frame.code) + (isUp ? 0 : 2) + (isFirstWire ? 0 : 1);
    };
    return frames.toSorted((a, b) => place(a) - place(b)).map(({ wire, frame }) =>
      frameLine(wire === "lan" ? "LAN" : "WAN", frame, this.#names)
    );
  }

  /** Resolves when both wires have carried this discovery packet to its end. */
  async carriedDiscovery(code: number, ends: { lan: string; wan: string }): Promise<void> {
    const isIt = (end: string) => (frame: Tapped) => frame.code === code && frame.arrivedAt === end;
    await Promise.all([
      this.lan.seen.first(isIt(ends.lan), `code ${code} at ${ends.lan}`),
      this.wan.seen.first(isIt(ends.wan), `code ${code} at ${ends.wan}`),
    ]);
  }

  /** Throws if the AC has seen a Host-Uniq of the customer's, hexadecimal. */
  assertHidden(hostUniq: string): void {
    const seen = this.wan.seen.entries.map(({ tags }) => findTag(tags, TAG_HOST_UNIQ)?.toHex());
    if (seen.includes(hostUniq)) throw new Error(`Host-Uniq "${hostUniq}" reached the AC`);
  }
}
