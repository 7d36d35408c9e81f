import { trustedOwners } from "../config/files/file_rules.ts";
import { readClientSecret, readSecrets } from "../config/files/secrets.ts";
import { sharedSecretFaults } from "../config/files/shared_secrets.ts";
import { readTokens } from "../config/files/tokens.ts";
import type { Config } from "../config/types.ts";
import type { Check } from "./check.ts";
import type { Findings } from "./findings.ts";

const CODE = "secret-unusable";

/** Checks the secrets and tokens that the configuration names. */
export const SECRETS: Check = {
  name: "secrets",
  async look({ config }, findings) {
    const count = await checkSecrets(config, findings);
    return `${count} secret ${count === 1 ? "file" : "files"}, permissions OK`;
  },
};

/** Returns the number of files. */
async function checkSecrets(config: Config, findings: Findings): Promise<number> {
  const owners = trustedOwners(config.file);
  await findings.attempt(CODE, "admin", () => readTokens(config));
  const { tokenFile, readTokenFile } = config.admin;
  const tokens = [tokenFile, readTokenFile].filter((it) => it !== undefined).length;
  if (config.mode === "client") {
    const { secretFile } = config.tunnel;
    await findings.attempt(CODE, "tunnel.secret_file", () => readClientSecret(secretFile, owners));
    return 1 + tokens;
  }
  const secrets = new Map<string, Uint8Array[]>();
  for (const [index, { name, secretFile }] of config.clients.entries()) {
    const read = () => readSecrets(secretFile, owners);
    secrets.set(name, await findings.attempt(CODE, `clients[${index}].secret_file`, read) ?? []);
  }
  for (const fault of sharedSecretFaults(secrets)) {
    findings.add("warning", "secret-shared", "clients", fault);
  }
  return config.clients.length + tokens;
}
