import { raiseOpenFileLimit } from "../../../ffi/file/open_files.ts";
import { adminSocket } from "../../config/admin_socket.ts";
import { checkNotPublic, trustedOwners } from "../../config/files/file_rules.ts";
import { groupNumber } from "../../config/files/group.ts";
import { sentence } from "../../config/finding.ts";
import { loadConfig } from "../../config/load.ts";
import {
  checkCaptureDirectory,
  checkSocketPlace,
  checkStateDirectory,
  diskTrouble,
} from "../../config/files/places.ts";
import { readClientSecret, readSecrets } from "../../config/files/secrets.ts";
import { sharedSecretWarnings } from "../../config/files/shared_secrets.ts";
import { readTokens } from "../../config/files/tokens.ts";
import type { Config } from "../../config/types.ts";
import { refuseLinks } from "../../state/store.ts";
import type { Arguments } from "../arguments.ts";
import { checkPinned, checkServerCertificate, describeCertificate } from "./check_certificate.ts";
import { checkListen } from "./check_listen.ts";
import { checkSystem } from "./check_system.ts";
import { openFilesWarning } from "./open_files.ts";
import { Findings } from "./findings.ts";
import { printError, printLine } from "../terminal/output.ts";
import { describeConfig } from "./describe_config.ts";

/** `check --config FILE`: exit code 0 if `run` can be expected to start, otherwise 1. */
export async function checkCommand({ values }: Arguments): Promise<number> {
  const config = await loadConfig(values.get("config") ?? "");
  const findings = new Findings();
  await checkCertificates(config, findings);
  await checkSecrets(config, findings);
  await checkPlaces(config, findings);
  checkSystem(config, findings);
  await findings.attempt(() => {
    const few = openFilesWarning(config, raiseOpenFileLimit());
    if (few !== undefined) findings.notes.push(few);
  });
  await checkListen(config, findings);
  for (const line of describeConfig(config)) await printLine(line);
  for (const line of await describeCertificates(config)) await printLine(line);
  for (const note of findings.notes) await printLine(`Note: ${note}`);
  for (const problem of findings.problems) await printError(problem);
  if (findings.problems.length > 0) return 1;
  await printLine("No problems found.");
  return 0;
}

/** A line for each readable certificate, with its SHA-256 to compare with the other end. */
async function describeCertificates({ mode, tunnel, file }: Config): Promise<string[]> {
  const owners = trustedOwners(file);
  const files = mode === "server" ? [tunnel.certificate] : tunnel.serverCertificate;
  const lines = await Promise.all(
    files.map((path) => describeCertificate(path, owners).catch(() => "")),
  );
  return lines.filter((line) => line !== "").map((line) => `Certificate ${line}.`);
}

/** Checks the certificates that the configuration names. */
export async function checkCertificates(config: Config, findings: Findings): Promise<void> {
  const owners = trustedOwners(config.file);
  if (config.mode === "server") {
    await checkServerCertificate(config.tunnel.certificate, config.tunnel.key, findings, owners);
    return;
  }
  await checkPinned(config.tunnel.serverCertificate, findings, owners);
}

/** Checks the secrets and tokens that the configuration names; returns how many it names. */
export async function checkSecrets(config: Config, findings: Findings): Promise<number> {
  const owners = trustedOwners(config.file);
  await findings.attempt(() => readTokens(config));
  const { tokenFile, readTokenFile } = config.admin;
  const tokens = [tokenFile, readTokenFile].filter((it) => it !== undefined).length;
  if (config.mode === "client") {
    await findings.attempt(() => readClientSecret(config.tunnel.secretFile, owners));
    return 1 + tokens;
  }
  const secrets = new Map<string, Uint8Array[]>();
  for (const { name, secretFile } of config.clients) {
    secrets.set(name, await findings.attempt(() => readSecrets(secretFile, owners)) ?? []);
  }
  findings.notes.push(...sharedSecretWarnings(secrets));
  return config.clients.length + tokens;
}

/** Checks the directories for state and captures, and those of the admin sockets. */
export async function checkPlaces(config: Config, findings: Findings): Promise<void> {
  const owners = trustedOwners(config.file);
  const { stateDir, capture } = config;
  await findings.attempt(() => checkNotPublic(config.file, "the configuration"));
  await findings.attempt(() => checkStateDirectory(stateDir, owners));
  if (stateDir !== undefined) await findings.attempt(() => refuseLinks(stateDir));
  await findings.attempt(() => checkCaptureDirectory(capture.directory, owners));
  for (const place of [stateDir, capture.directory]) {
    const trouble = diskTrouble(place);
    if (trouble !== undefined) findings.notes.push(sentence(trouble));
  }
  const { readSocket, readGroup } = config.admin;
  if (readSocket !== undefined) {
    await findings.attempt(() => checkSocketPlace(readSocket, owners));
  }
  if (readGroup !== undefined) await findings.attempt(() => groupNumber(readGroup));
  const socket = adminSocket(config, Deno.env.get("RUNTIME_DIRECTORY"));
  if (socket === undefined) return;
  // The daemon also runs without its default socket.
  const where = socket.isDefault ? findings.notes : findings.problems;
  try {
    checkSocketPlace(socket.path, owners);
  } catch (error) {
    where.push(error instanceof Error ? error.message : String(error));
  }
}
