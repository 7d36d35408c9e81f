/** Classes of events, starting with the one that matters most and is rarest. */
export const EVENT_CLASSES = ["others", "refusals", "sessions"] as const;
export type EventClass = typeof EVENT_CLASSES[number];

/** Events that a host without a session can cause at will. */
const REFUSALS: ReadonlySet<string> = new Set([
  "ac-refused",
  "refused",
  "server-refused",
  "tunnel-rejected",
]);

/**
 * Returns the class of an event. Refusals and sessions may be any number, because hosts cause them,
 * so where events are kept, no class evicts another's.
 */
export function classOf(kind: string): EventClass {
  if (REFUSALS.has(kind)) return "refusals";
  return kind.startsWith("session-") ? "sessions" : "others";
}
