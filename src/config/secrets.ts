import { type Owners, readGuarded, trustedOwners } from "./file_rules.ts";
import { weakness } from "./weak_secret.ts";

/** 64 hexadecimal digits and a newline, with room for a carriage return. */
const MAX_FILE = 66;

/** What a file of 64 hexadecimal digits is for. */
export type SecretKind = "secret" | "token";

/**
 * Reads a client's secret, or the admin API's token: 32 bytes as 64 hexadecimal digits and a newline.
 * Throws an Error for a file that cannot be read, that others than `owners` own, read or write, for
 * other content and for bytes that are not random; the content is in no message.
 */
// deno-lint-ignore require-await -- what it throws rejects
export async function readSecret(
  path: string,
  kind: SecretKind = "secret",
  owners: Owners = trustedOwners(),
): Promise<Uint8Array> {
  const refuse = (why: string): Error => new Error(`Cannot use the ${kind} "${path}": ${why}`);
  const makeOne = `make one with \`pppoe-proxy keygen ${kind}\``;
  const bytes = readGuarded(path, {
    what: `the ${kind}`,
    rule: "private",
    owners,
    limit: MAX_FILE,
    hint: makeOne,
  });
  const digits = bytes === undefined ? "" : new TextDecoder().decode(bytes).replace(/\r?\n$/, "");
  if (digits.length !== 64) throw refuse(`it does not have 64 hexadecimal digits; ${makeOne}`);
  if (!/^[0-9a-fA-F]+$/.test(digits)) {
    throw refuse("it has other characters than hexadecimal digits");
  }
  const secret = Uint8Array.fromHex(digits);
  const weak = weakness(secret);
  if (weak !== undefined) throw refuse(`${weak}, so others can guess it; ${makeOne}`);
  return secret;
}
