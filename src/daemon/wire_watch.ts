import type { Link } from "../../ffi/link/link.ts";
import { showSpan } from "../span.ts";
import type { Holding } from "./standing.ts";

/** Time without any frame after which the interface may be the wrong one, in milliseconds. */
const QUIET = 60_000;

type Watched = Pick<Link, "name" | "up" | "carrier" | "statistics">;

/** Notices that a client's interface has had no PPPoE frame, or only tagged ones. */
export class WireWatch {
  /** When the interface came up for the first time; undefined before. */
  #since: number | undefined;

  /** What needs attention at `now`, in milliseconds. */
  conditions(link: Watched, now: number): Holding[] {
    const { name, up, carrier, statistics } = link;
    if (!up || !carrier || statistics.receivedFrames > 0) return [];
    this.#since ??= now;
    const tagged = taggedOnly(link);
    if (tagged !== undefined) return [{ code: "no-pppoe", subject: name, ...tagged }];
    const time = now - this.#since;
    if (time < QUIET) return [];
    return [{
      code: "no-pppoe",
      subject: name,
      words: `No PPPoE frame has arrived on "${name}" for ${
        showSpan(time / 1_000)
      }, since the start`,
    }];
  }
}

/** That all frames of an interface belong to its VLANs, and what to do; undefined if not. */
export function taggedOnly(
  { name, statistics: { receivedFrames, vlanTagged } }: Pick<Link, "name" | "statistics">,
): { readonly words: string; readonly remedy: string } | undefined {
  if (receivedFrames > 0 || vlanTagged === 0) return undefined;
  const frames = vlanTagged === 1 ? "The one PPPoE frame" : `All ${vlanTagged} PPPoE frames`;
  return {
    words: `${frames} on "${name}" had a VLAN tag, and nothing came without one`,
    remedy: `\`tcpdump -eni ${name} vlan\` shows the VLAN. Run the daemon on the VLAN's own ` +
      `interface, such as "${name}.7", or let the switch take the tag off.`,
  };
}
