import { blaming } from "./blame.ts";
import { trustedOwners } from "./file_rules.ts";
import { readSecret } from "./secrets.ts";
import type { Config } from "./types.ts";

/** Tokens of the admin API over TCP, 64 lower-case hexadecimal digits. */
export interface Tokens {
  /** Lets its holder do everything. */
  token?: string;
  /** Lets its holder look. */
  readToken?: string;
}

/** Reads the tokens that a configuration names. Throws ConfigError, also where both are the same. */
export async function readTokens({ file, admin }: Config): Promise<Tokens> {
  const owners = trustedOwners(file);
  const tokens: Tokens = {};
  const { tokenFile, readTokenFile } = admin;
  if (tokenFile !== undefined) {
    const read = () => readSecret(tokenFile, "token", owners);
    tokens.token = (await blaming(file, "admin.token_file", read)).toHex();
  }
  if (readTokenFile !== undefined) {
    tokens.readToken = await blaming(file, "admin.read_token_file", async () => {
      const token = (await readSecret(readTokenFile, "token", owners)).toHex();
      if (token !== tokens.token) return token;
      throw new Error(
        `Cannot use the token "${readTokenFile}": it is also that of token_file, which may do everything; make another with \`pppoe-proxy keygen token\``,
      );
    });
  }
  return tokens;
}
