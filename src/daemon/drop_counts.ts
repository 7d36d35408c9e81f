import type { Link } from "../../ffi/link/link.ts";
import type { Proxy } from "../proxy/proxy.ts";

/** Returns the number of dropped frames by reason, including those of the link; without zeros. */
export function dropCounts({ link, proxy }: { link: Link; proxy: Proxy }): Record<string, number> {
  const { drops, truncated, joined, vlanTagged } = link.statistics;
  const received = {
    "receive-truncated": truncated,
    "receive-joined": joined,
    "vlan-tagged": vlanTagged,
  };
  const all = { ...proxy.sessions.drops.counts, ...drops, ...received };
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}
