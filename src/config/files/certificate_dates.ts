/**
 * Warnings about certificate dates. They remind to replace a certificate but are never a reason to
 * refuse it: a pinned certificate is identified by its key, and a router may not know the time.
 */
import type { Certificate } from "./certificate.ts";

/** Time before expiry at which the warnings start, in milliseconds. */
export const EXPIRY_WARNING = 30 * 86_400_000;

/**
 * Why to replace a certificate at `now` (milliseconds since 1970); undefined if there is no need.
 */
export function dateWarning(
  { path, validFrom, validTo }: Certificate,
  now: number,
): string | undefined {
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  const works = "tunnels still work";
  if (now < validFrom) {
    return `"${path}" is not valid before ${day(validFrom)}; check the clock (${works})`;
  }
  if (now > validTo) return `"${path}" expired on ${day(validTo)}; replace it (${works})`;
  if (now > validTo - EXPIRY_WARNING) {
    return `"${path}" expires on ${day(validTo)}; replace it soon (${works})`;
  }
  return undefined;
}
