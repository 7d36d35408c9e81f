/** 64 hexadecimal digits and a newline, with room for a carriage return. */
const MAX_FILE = 66;
const OTHERS_READ_OR_WRITE = 0o066;

/** What a file of 64 hexadecimal digits is for. */
export type SecretKind = "secret" | "token";

/**
 * Reads a client's secret, or the admin API's token: 32 bytes as 64 hexadecimal digits and a newline. Throws an Error for a
 * file that cannot be read, that others than its owner can read or write, or with other content;
 * the content is in no message.
 */
export async function readSecret(
  path: string,
  kind: SecretKind = "secret",
): Promise<Uint8Array> {
  const refuse = (why: string): Error => new Error(`Cannot use the ${kind} "${path}": ${why}`);
  using file = await openSecret(path, refuse);
  const { mode, isFile } = await file.stat();
  if (!isFile) throw refuse("it is no file");
  if (mode !== null && (mode & OTHERS_READ_OR_WRITE) !== 0) {
    const octal = (mode & 0o777).toString(8).padStart(4, "0");
    throw refuse(`others can read or write it (mode ${octal}); run \`chmod 600 "${path}"\``);
  }
  const text = await readShort(file);
  const digits = text?.replace(/\r?\n$/, "") ?? "";
  if (text === undefined || digits.length !== 64) {
    throw refuse(
      `it does not have 64 hexadecimal digits; make one with \`pppoe-proxy keygen ${kind}\``,
    );
  }
  if (!/^[0-9a-fA-F]+$/.test(digits)) {
    throw refuse("it has other characters than hexadecimal digits");
  }
  return Uint8Array.fromHex(digits);
}

async function openSecret(
  path: string,
  refuse: (why: string) => Error,
): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw refuse("there is no such file");
    if (error instanceof Deno.errors.PermissionDenied) throw refuse("it must not be read");
    throw error;
  }
}

/** The whole file as text, or undefined when it is longer than a secret. */
async function readShort(file: Deno.FsFile): Promise<string | undefined> {
  const bytes = new Uint8Array(MAX_FILE + 1);
  let length = 0;
  while (length < bytes.length) {
    const read = await file.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  return length > MAX_FILE ? undefined : new TextDecoder().decode(bytes.subarray(0, length));
}
