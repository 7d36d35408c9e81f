import type { Link } from "../../ffi/link/link.ts";

/** What to do about an interface without carrier. */
export const NO_CARRIER_REMEDY =
  "Check the cable and the device at its other end; the daemon then continues by itself.";

/** Returns that nothing is connected to an interface that is up; undefined if something is. */
export function noCarrier(
  { name, up, carrier }: Pick<Link, "name" | "up" | "carrier">,
): string | undefined {
  if (!up || carrier) return undefined;
  return `Interface "${name}" has no carrier: its cable is out, or the device at its end is off`;
}
