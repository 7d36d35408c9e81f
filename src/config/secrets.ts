import { MAX_SECRETS } from "../tunnel/handshake.ts";
import { type Owners, readGuarded, trustedOwners } from "./file_rules.ts";
import { weakness } from "./weak_secret.ts";

/** 64 hexadecimal digits and a newline, with room for a carriage return. */
const MAX_LINE = 66;

/** What a file of 64 hexadecimal digits is for. */
export type SecretKind = "secret" | "token";

/**
 * Reads a secret of a client, or the admin API's token: 32 bytes as 64 hexadecimal digits and a
 * newline. Throws an Error for a file that cannot be read, that others than `owners` own, read or
 * write, for other content and for bytes that are not random; the content is in no message.
 */
// deno-lint-ignore require-await -- what it throws rejects
export async function readSecret(
  path: string,
  kind: SecretKind = "secret",
  owners: Owners = trustedOwners(),
): Promise<Uint8Array> {
  return readLines(path, { kind, most: 1, owners })[0];
}

/** Reads the secret that a client uses: the first of its file, which may have several, one a line. */
// deno-lint-ignore require-await -- what it throws rejects
export async function readClientSecret(
  path: string,
  owners: Owners = trustedOwners(),
): Promise<Uint8Array> {
  return readLines(path, { kind: "secret", most: MAX_SECRETS, owners })[0];
}

/**
 * Reads the secrets of a client on its server, each of which is valid: up to MAX_SECRETS in all, one
 * a line, in one file or several. Throws an Error as `readSecret` does.
 */
// deno-lint-ignore require-await -- what it throws rejects
export async function readSecrets(
  paths: readonly string[],
  owners: Owners = trustedOwners(),
): Promise<Uint8Array[]> {
  const secrets = paths.flatMap((path) =>
    readLines(path, { kind: "secret", most: MAX_SECRETS, owners })
  );
  if (secrets.length <= MAX_SECRETS) return secrets;
  const files = paths.map((path) => `"${path}"`).join(", ");
  throw new Error(
    `Cannot use the secrets ${files}: they are ${secrets.length}, and a client may have ${MAX_SECRETS} at once`,
  );
}

/** From one to `most` lines of 64 hexadecimal digits. */
function readLines(
  path: string,
  { kind, most, owners }: { kind: SecretKind; most: number; owners: Owners },
): Uint8Array[] {
  const refuse = (why: string): Error => new Error(`Cannot use the ${kind} "${path}": ${why}`);
  const makeOne = `make one with \`pppoe-proxy keygen ${kind}\``;
  const bytes = readGuarded(path, {
    what: `the ${kind}`,
    rule: "private",
    owners,
    limit: most * MAX_LINE,
    hint: makeOne,
  });
  const text = bytes === undefined ? "" : new TextDecoder().decode(bytes);
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  if (lines.length > most || lines.some(({ length }) => length !== 64)) {
    const each = most === 1 ? "" : `, or up to ${most} lines of them`;
    throw refuse(`it does not have 64 hexadecimal digits${each}; ${makeOne}`);
  }
  if (!lines.every((digits) => /^[0-9a-fA-F]+$/.test(digits))) {
    throw refuse("it has other characters than hexadecimal digits");
  }
  const secrets = lines.map((digits) => Uint8Array.fromHex(digits));
  const weak = secrets.map(weakness).find((why) => why !== undefined);
  if (weak !== undefined) throw refuse(`${weak}, so others can guess it; ${makeOne}`);
  return secrets;
}
