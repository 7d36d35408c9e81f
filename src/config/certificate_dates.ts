/**
 * What a certificate's dates say. They are a reminder to replace it, never a reason to refuse it:
 * a pinned certificate is known by its key, and a router may not know the time.
 */
import type { Certificate } from "./certificate.ts";

/** How long before its end a certificate is worth a reminder. Milliseconds. */
const SOON = 30 * 86_400_000;

/** Why a certificate is due to be replaced at `now` (milliseconds since the epoch); undefined where it is not. */
export function dateWarning(
  { path, validFrom, validTo }: Certificate,
  now: number,
): string | undefined {
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  const works = "tunnels work all the same";
  if (now < validFrom) {
    return `"${path}" is not valid before ${day(validFrom)}; check the clock (${works})`;
  }
  if (now > validTo) return `"${path}" expired on ${day(validTo)}; replace it (${works})`;
  if (now > validTo - SOON) {
    return `"${path}" expires on ${day(validTo)}; replace it soon (${works})`;
  }
  return undefined;
}
