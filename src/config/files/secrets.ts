import { MAX_SECRETS } from "../../tunnel/handshake.ts";
import { Refusal } from "../finding.ts";
import { type Owners, readGuarded, trustedOwners } from "./file_rules.ts";
import { weakness } from "./weak_secret.ts";

/** Maximum length of a line: 64 hexadecimal digits, carriage return and newline. */
const MAX_LINE = 66;

/** Use of a file of 64 hexadecimal digits. */
export type SecretKind = "secret" | "token";

/**
 * Reads a client's secret or a token of the admin API: 32 bytes as 64 hexadecimal digits and a
 * newline. Throws an Error if the file cannot be read, is owned or accessible by users other than
 * `owners`, is malformed, or has bytes that are not random; messages never contain the content.
 */
// deno-lint-ignore require-await -- turns exceptions into rejections
export async function readSecret(
  path: string,
  kind: SecretKind = "secret",
  owners: Owners = trustedOwners(),
): Promise<Uint8Array> {
  return readLines(path, { kind, most: 1, owners })[0];
}

/**
 * Reads the secret that a client uses: the first of its file, which may have several, one per line.
 */
// deno-lint-ignore require-await -- turns exceptions into rejections
export async function readClientSecret(
  path: string,
  owners: Owners = trustedOwners(),
): Promise<Uint8Array> {
  return readLines(path, { kind: "secret", most: MAX_SECRETS, owners })[0];
}

/**
 * Reads the secrets that a server accepts from a client: up to MAX_SECRETS in total, one per line,
 * in one or several files. Throws an Error as `readSecret` does.
 */
// deno-lint-ignore require-await -- turns exceptions into rejections
export async function readSecrets(
  paths: readonly string[],
  owners: Owners = trustedOwners(),
): Promise<Uint8Array[]> {
  const secrets = paths.flatMap((path) =>
    readLines(path, { kind: "secret", most: MAX_SECRETS, owners })
  );
  if (secrets.length <= MAX_SECRETS) return secrets;
  const files = paths.map((path) => `"${path}"`).join(", ");
  throw new Refusal(
    "secret-unusable",
    `Cannot use the secrets ${files}: there are ${secrets.length}, but a client may have at most ${MAX_SECRETS}`,
    "remove old ones",
  );
}

/** Reads 1 to `most` lines of 64 hexadecimal digits. */
function readLines(
  path: string,
  { kind, most, owners }: { kind: SecretKind; most: number; owners: Owners },
): Uint8Array[] {
  const makeOne = `make one with \`pppoe-proxy keygen ${kind} FILE\``;
  const refuse = (why: string): Error =>
    new Refusal("secret-unusable", `Cannot use the ${kind} "${path}": ${why}`, makeOne);
  const bytes = readGuarded(path, {
    code: "secret-unusable",
    what: `the ${kind}`,
    rule: "private",
    owners,
    limit: most * MAX_LINE,
    hint: makeOne,
  });
  const text = bytes === undefined ? "" : new TextDecoder().decode(bytes);
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  if (lines.length > most || lines.some(({ length }) => length !== 64)) {
    const each = most === 1 ? "" : `, or up to ${most} such lines`;
    throw refuse(`expected 64 hexadecimal digits${each}`);
  }
  if (!lines.every((digits) => /^[0-9a-fA-F]+$/.test(digits))) {
    throw refuse("it has characters that are not hexadecimal digits");
  }
  const secrets = lines.map((digits) => Uint8Array.fromHex(digits));
  const weak = secrets.map(weakness).find((why) => why !== undefined);
  if (weak !== undefined) throw refuse(`${weak}, so others can guess it`);
  return secrets;
}
