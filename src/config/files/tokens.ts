import { Refusal } from "../finding.ts";
import { withConfigKey } from "../with_config_key.ts";
import { trustedOwners } from "./file_rules.ts";
import { readSecret } from "./secrets.ts";
import type { Config } from "../types.ts";

/** Tokens of the admin API over TCP: 64 lower-case hexadecimal digits each. */
export interface Tokens {
  /** Grants full access. */
  token?: string;
  /** Grants read-only access. */
  readToken?: string;
}

/** Reads the tokens that a configuration names. Throws ConfigError, also if both are the same. */
export async function readTokens({ file, admin }: Config): Promise<Tokens> {
  const owners = trustedOwners(file);
  const tokens: Tokens = {};
  const { tokenFile, readTokenFile } = admin;
  if (tokenFile !== undefined) {
    const read = () => readSecret(tokenFile, "token", owners);
    tokens.token = (await withConfigKey(file, "admin.token_file", read)).toHex();
  }
  if (readTokenFile !== undefined) {
    tokens.readToken = await withConfigKey(file, "admin.read_token_file", async () => {
      const token = (await readSecret(readTokenFile, "token", owners)).toHex();
      if (token !== tokens.token) return token;
      throw new Refusal(
        "secret-unusable",
        `Cannot use the token "${readTokenFile}": it is the same as in token_file, which grants full access`,
        "make another with `pppoe-proxy keygen token FILE`",
      );
    });
  }
  return tokens;
}
