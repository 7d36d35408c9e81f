/** Ends of tunnels as log lines, events and the admin API give them. */
import type { TunnelEnd } from "../tunnel/close_reason.ts";

type Mode = "server" | "client";

/** Reasons for which a tunnel is closed on purpose; all others are losses. */
const PLANNED: ReadonlySet<TunnelEnd["reason"]> = new Set([
  "moved",
  "not-authenticated", // of an open tunnel: the client was removed from the configuration
  "replaced",
  "restart",
  "shutdown",
]);

/** Whether a tunnel was closed on purpose rather than lost. */
export function isPlanned({ reason }: TunnelEnd): boolean {
  return PLANNED.has(reason);
}

/** Returns the side that ended a tunnel; `mode` is this side's. */
function sideOf(mode: Mode, by: TunnelEnd["by"]): "client" | "server" | "network" {
  if (by === "network") return "network";
  return (by === "us") === (mode === "server") ? "server" : "client";
}

/** Returns how a tunnel ended, as log fields; `mode` is this side's. */
export function endFacts(mode: Mode, { reason, by, detail }: TunnelEnd): Record<string, string> {
  return { reason, by: sideOf(mode, by), ...(detail !== "" && { detail }) };
}
