import type { SecretKind } from "../config/secrets.ts";
import { writeNewFile } from "./new_file.ts";
import { printLine } from "./output.ts";

const SECRET_BYTES = 32;

const NEXT: Record<SecretKind, string> = {
  secret: `Copy it to the other side over a safe way and name it on both sides as
secret_file: under [[clients]] on the server, under [tunnel] on the client.`,
  token: `Name it as token_file under [admin]. Whoever asks the daemon over TCP says
"Authorization: Bearer" and what the file holds.`,
};

/**
 * Writes a new client secret, or token of the admin API. Throws Error when the file exists or cannot
 * be written.
 */
export async function keygenSecret(file: string, kind: SecretKind): Promise<number> {
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  await writeNewFile(file, `${secret.toHex()}\n`, 0o600);
  await printLine(`Wrote "${file}". ${NEXT[kind]}`);
  return 0;
}
