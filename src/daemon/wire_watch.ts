import type { Link } from "../../ffi/link/link.ts";
import type { Holding } from "./standing.ts";

/** Number of tagged frames, none untagged, that are no stray ones. */
const MIN_TAGGED = 3;
/** How long they count after the last, in milliseconds. */
const LATELY = 600_000;

type Watched = Pick<Link, "name" | "up" | "carrier" | "statistics">;

/** Notices that a client's interface has only PPPoE frames with a VLAN tag. */
export class WireWatch {
  #tagged = 0;
  /** When a tagged frame was last found. */
  #last = -Infinity;

  /** What needs attention at `now`, in milliseconds; call it about once a second. */
  conditions(link: Watched, now: number): Holding[] {
    const { name, up, carrier, statistics: { vlanTagged } } = link;
    if (vlanTagged > this.#tagged) {
      this.#tagged = vlanTagged;
      this.#last = now;
    }
    if (!up || !carrier || now - this.#last >= LATELY) return [];
    const tagged = taggedOnly(link);
    return tagged === undefined ? [] : [{ code: "no-pppoe", subject: name, ...tagged }];
  }
}

/** That all frames of an interface belong to its VLANs, and what to do; undefined if not. */
export function taggedOnly(
  { name, statistics: { receivedFrames, vlanTagged } }: Pick<Link, "name" | "statistics">,
): { readonly words: string; readonly remedy: string } | undefined {
  if (receivedFrames > 0 || vlanTagged < MIN_TAGGED) return undefined;
  return {
    words: `All ${vlanTagged} PPPoE frames on "${name}" had a VLAN tag, and nothing came without ` +
      "one",
    remedy: `\`tcpdump -eni ${name} vlan\` shows the VLAN. Run the daemon on the VLAN's own ` +
      `interface, such as "${name}.7", or let the switch take the tag off.`,
  };
}
