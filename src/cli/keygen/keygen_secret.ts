import type { SecretKind } from "../../config/files/secrets.ts";
import { newSecret } from "./new_secret.ts";
import { writeNewFile } from "./new_file.ts";
import { printLine } from "../terminal/output.ts";

const NEXT: Record<SecretKind, string> = {
  secret: `Copy it to the other end over a secure channel, such as scp, and set
secret_file on both ends: under [[clients]] on the server, under [tunnel] on the client.`,
  token: `Set token_file under [admin] to it. Requests to the daemon over TCP need the header
"Authorization: Bearer TOKEN", where TOKEN is the content of the file.`,
};

/**
 * Writes a new client secret or a new token for the admin API. Throws an Error if the file exists
 * or cannot be written.
 */
export async function keygenSecret(file: string, kind: SecretKind): Promise<number> {
  await writeNewFile(file, `${newSecret()}\n`, 0o600);
  await printLine(`Wrote "${file}". ${NEXT[kind]}`);
  return 0;
}
