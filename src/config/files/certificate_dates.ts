/**
 * Warnings about certificate dates. They remind to replace a certificate but are never a reason to
 * refuse it: a pinned certificate is identified by its key, and a router may not know the time.
 */
import { sentence } from "../finding.ts";
import type { Certificate } from "./certificate.ts";

/** Time before expiry at which the warnings start, in milliseconds. */
export const EXPIRY_WARNING = 30 * 86_400_000;

/** Why to replace a certificate, and what to do. */
export interface DateFault {
  code: "certificate-expired" | "certificate-expiring" | "certificate-not-yet-valid";
  words: string;
  remedy: string;
}

const WORKS = "tunnels still work";

/**
 * Why to replace a certificate at `now` (milliseconds since 1970); undefined if there is no need.
 */
export function dateFault(
  { path, validFrom, validTo }: Certificate,
  now: number,
): DateFault | undefined {
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  if (now < validFrom) {
    const words = `"${path}" is not valid before ${day(validFrom)}`;
    return { code: "certificate-not-yet-valid", words, remedy: `check the clock (${WORKS})` };
  }
  if (now > validTo) {
    const words = `"${path}" expired on ${day(validTo)}`;
    return { code: "certificate-expired", words, remedy: `replace it (${WORKS})` };
  }
  if (now <= validTo - EXPIRY_WARNING) return undefined;
  const words = `"${path}" expires on ${day(validTo)}`;
  return { code: "certificate-expiring", words, remedy: `replace it soon (${WORKS})` };
}

/** The same as one sentence. */
export function dateWarning(certificate: Certificate, now: number): string | undefined {
  const fault = dateFault(certificate, now);
  return fault && sentence(fault);
}
