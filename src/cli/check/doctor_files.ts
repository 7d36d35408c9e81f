import { isClockSynchronised } from "../../../ffi/process/clock.ts";
import { trustedOwners } from "../../config/files/file_rules.ts";
import type { Config } from "../../config/types.ts";
import { EARLIEST_TIME } from "../../earliest_time.ts";
import { checkCertificates, checkPlaces, checkSecrets } from "./check.ts";
import { describeCertificate } from "./check_certificate.ts";
import { type DoctorCheck, runCheck } from "./doctor_check.ts";

/** Checks the system clock, on which log timestamps and certificate dates depend. */
export function checkClock(): Promise<DoctorCheck[]> {
  return runCheck("clock", (findings) => {
    const now = new Date();
    if (now.getTime() < EARLIEST_TIME) {
      findings.notes.push(`The clock shows ${now.toISOString()} and was never set; set it`);
      return "";
    }
    const kept = isClockSynchronised();
    if (kept === false) {
      findings.notes.push(
        `The clock shows ${now.toISOString()} and is not synchronised; run an NTP client such as chrony`,
      );
    }
    return `${now.toISOString()}${kept ? ", synchronised" : ""}`;
  });
}

/** Checks certificates, secrets and directories that the configuration names. */
export async function checkFiles(config: Config): Promise<DoctorCheck[]> {
  return [
    ...await runCheck("certificate", async (findings) => {
      await checkCertificates(config, findings);
      return findings.problems.length > 0 ? "" : await describeTrust(config);
    }),
    ...await runCheck("secrets", async (findings) => {
      const count = await checkSecrets(config, findings);
      return `${count} secret ${count === 1 ? "file" : "files"}, permissions OK`;
    }),
    ...await runCheck("directories", async (findings) => {
      await checkPlaces(config, findings);
      return "permissions OK";
    }),
  ];
}

async function describeTrust({ file, mode, tunnel }: Config): Promise<string> {
  const owners = trustedOwners(file);
  const files = mode === "server" ? [tunnel.certificate] : tunnel.serverCertificate;
  return (await Promise.all(files.map((path) => describeCertificate(path, owners)))).join("; ");
}
