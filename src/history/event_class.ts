/** Classes of events, starting with the one that matters most and is rarest. */
export const EVENT_CLASSES = ["others", "tunnels", "refusals", "sessions"] as const;
export type EventClass = typeof EVENT_CLASSES[number];

/** Events that a host without a session can cause at will. */
const REFUSALS: ReadonlySet<string> = new Set([
  "ac-refused",
  "refused",
  "server-refused",
  "tunnel-rejected",
]);

/** Events that a client with a secret can cause at will, as it logs in again and again. */
const TUNNELS: ReadonlySet<string> = new Set([
  "connect-failed",
  "name-in-use",
  "resumed",
  "tunnel-closed",
  "tunnel-lost",
  "tunnel-up",
]);

/**
 * Returns the class of an event. All but the others may be any number, because hosts cause them,
 * so where events are kept, no class evicts another's.
 */
export function classOf(kind: string): EventClass {
  if (REFUSALS.has(kind)) return "refusals";
  if (TUNNELS.has(kind)) return "tunnels";
  return kind.startsWith("session-") ? "sessions" : "others";
}
