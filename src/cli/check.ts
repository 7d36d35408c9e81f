import { checkCaptureFolder } from "../config/capture_folder.ts";
import { loadConfig } from "../config/load.ts";
import { readSecret } from "../config/secrets.ts";
import type { Config } from "../config/types.ts";
import type { Arguments } from "./arguments.ts";
import { checkPinned, checkServerCertificate } from "./check_certificate.ts";
import { checkSystem } from "./check_system.ts";
import { Findings } from "./findings.ts";
import { printError, printLine } from "./output.ts";
import { describe } from "./plan.ts";

/** `check --config F`: exit code 0 when `run` can be expected to work, else 1. */
export async function checkCommand({ values }: Arguments): Promise<number> {
  const config = await loadConfig(values.get("config") ?? "");
  const findings = new Findings();
  await checkCertificates(config, findings);
  await checkSecrets(config, findings);
  await findings.attempt(() => checkCaptureFolder(config.capture.directory));
  checkSystem(config, findings);
  for (const line of describe(config)) await printLine(line);
  for (const note of findings.notes) await printLine(`Note: ${note}`);
  for (const problem of findings.problems) await printError(problem);
  if (findings.problems.length > 0) return 1;
  await printLine("No problems found.");
  return 0;
}

/** Checks the certificates that a configuration names. */
export async function checkCertificates(config: Config, findings: Findings): Promise<void> {
  if (config.mode === "server") {
    await checkServerCertificate(config.tunnel.certificate, config.tunnel.key, findings);
    return;
  }
  await checkPinned(config.tunnel.serverCertificate, findings);
}

/** Checks the secrets and the token that a configuration names; how many there are. */
export async function checkSecrets(config: Config, findings: Findings): Promise<number> {
  const { tokenFile } = config.admin;
  if (tokenFile !== undefined) await findings.attempt(() => readSecret(tokenFile, "token"));
  const owners = config.mode === "server" ? config.clients : [config.tunnel];
  for (const { secretFile } of owners) await findings.attempt(() => readSecret(secretFile));
  return owners.length + (tokenFile === undefined ? 0 : 1);
}
