import type { Certificate } from "../config/files/certificate.ts";
import { dateWarning } from "../config/files/certificate_dates.ts";
import { logger } from "../log.ts";
import type { Monitor } from "./monitor.ts";

const log = logger("auth");

/** Interval between repeated warnings, and between checks of the dates, in milliseconds. */
const AGAIN = 86_400_000;
const LOOK = 10_000;

/** A certificate in use: the server's own, or one pinned by a client. */
export interface UsedCertificate extends Certificate {
  use: "own" | "pinned";
}

/** Dependencies of a certificate watch. */
export interface CertificateWatchOptions {
  certificates: () => readonly UsedCertificate[];
  monitor: Monitor;
  /** Milliseconds since the epoch. */
  wallClock: () => number;
}

/** Warns of certificates that need replacement: at once, then daily while they are in use. */
export class CertificateWatch {
  #options: CertificateWatchOptions;
  /** The last warning, and when it was logged, by SHA-256. */
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

  /** Checks the dates now. */
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
      // Setting the clock back must not silence a warning.
      const recent = last?.warning === warning && Math.abs(now - last.at) < AGAIN;
      this.#said.set(sha256, recent ? last : { warning, at: now });
      if (recent) continue;
      const facts = { use: certificate.use, warning, sha256 };
      log.warning("certificate warning", facts);
      monitor.emit("certificate", facts);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
