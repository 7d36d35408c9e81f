import type { Certificate } from "../config/certificate.ts";
import { dateWarning } from "../config/certificate_dates.ts";
import { logger } from "../log.ts";
import type { Monitor } from "./monitor.ts";

const log = logger("auth");

/** How often a warning comes again, and how often the dates are looked at. Milliseconds. */
const AGAIN = 86_400_000;
const LOOK = 10_000;

/** A certificate in use: the server's own one, or one that a client accepts. */
export interface UsedCertificate extends Certificate {
  use: "own" | "pinned";
}

/** What a watch is made of. */
export interface CertificateWatchOptions {
  certificates: () => readonly UsedCertificate[];
  monitor: Monitor;
  /** Milliseconds since the epoch. */
  wallClock: () => number;
}

/** Warns of certificates that are due to be replaced: at once, and daily as long as they are in use. */
export class CertificateWatch {
  #options: CertificateWatchOptions;
  /** By SHA-256: what was said last, and when. */
  #said = new Map<string, { warning: string; at: number }>();
  #timer: ReturnType<typeof setInterval>;

  constructor(options: CertificateWatchOptions) {
    this.#options = options;
    for (const { use, path, fingerprint, validTo } of options.certificates()) {
      const until = Number.isNaN(validTo) ? undefined : new Date(validTo).toISOString();
      log.info("certificate", { use, path, sha256: fingerprint.toHex(), until });
    }
    this.look();
    this.#timer = setInterval(() => this.look(), LOOK);
  }

  /** Looks at the dates now. */
  look(): void {
    const { certificates, monitor, wallClock } = this.#options;
    const now = wallClock();
    const said = this.#said;
    this.#said = new Map();
    for (const certificate of certificates()) {
      const warning = dateWarning(certificate, now);
      if (warning === undefined) continue;
      const sha256 = certificate.fingerprint.toHex();
      const last = said.get(sha256);
      // A clock that was set back must not silence it.
      const recent = last?.warning === warning && Math.abs(now - last.at) < AGAIN;
      this.#said.set(sha256, recent ? last : { warning, at: now });
      if (recent) continue;
      const facts = { use: certificate.use, warning, sha256 };
      log.warning("certificate needs attention", facts);
      monitor.emit("certificate", facts);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
