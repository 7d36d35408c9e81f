import { isClockSynchronised } from "../../ffi/clock.ts";
import { trustedOwners } from "../config/file_rules.ts";
import type { Config } from "../config/types.ts";
import { checkCertificates, checkPlaces, checkSecrets } from "./check.ts";
import { describeCertificate } from "./check_certificate.ts";
import { examine, type Examined } from "./examination.ts";

/** Before this the program did not exist: a clock that says so was never set. */
const EARLIEST = Date.UTC(2026, 0, 1);

/** The system's clock, which the dates of logs and certificates are read by. */
export function examineClock(): Promise<Examined[]> {
  return examine("clock", (findings) => {
    const now = new Date();
    if (now.getTime() < EARLIEST) {
      findings.notes.push(`It says ${now.toISOString()}, as if it was never set; set it`);
      return "";
    }
    const kept = isClockSynchronised();
    if (kept === false) {
      findings.notes.push(
        `It says ${now.toISOString()} and nothing keeps it in step; run an NTP client such as chrony`,
      );
    }
    return `${now.toISOString()}${kept ? ", kept in step" : ""}`;
  });
}

/** Certificates and secrets that the configuration names. */
export async function examineFiles(config: Config): Promise<Examined[]> {
  return [
    ...await examine("certificate", async (findings) => {
      await checkCertificates(config, findings);
      return findings.problems.length > 0 ? "" : await describeTrust(config);
    }),
    ...await examine("secrets", async (findings) => {
      const count = await checkSecrets(config, findings);
      return `${count} can be read, and by nobody else`;
    }),
    ...await examine("directories", async (findings) => {
      await checkPlaces(config, findings);
      return "nobody else can change what is in them";
    }),
  ];
}

async function describeTrust({ file, mode, tunnel }: Config): Promise<string> {
  const owners = trustedOwners(file);
  const files = mode === "server" ? [tunnel.certificate] : tunnel.serverCertificate;
  return (await Promise.all(files.map((path) => describeCertificate(path, owners)))).join("; ");
}
