import { writeNewFile } from "./new_file.ts";
import { printLine } from "./output.ts";

const SECRET_BYTES = 32;

/** Writes a new client secret. Throws Error when the file exists or cannot be written. */
export async function keygenSecret(file: string): Promise<number> {
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  await writeNewFile(file, `${secret.toHex()}\n`, 0o600);
  await printLine(
    `Wrote "${file}". Copy it to the other side over a safe way and name it on both sides as\n` +
      `secret_file: under [[clients]] on the server, under [tunnel] on the client.`,
  );
  return 0;
}
