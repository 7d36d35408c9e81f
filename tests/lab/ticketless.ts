import { readSecrets } from "../../src/config/files/secrets.ts";
import { trustedOwners } from "../../src/config/files/file_rules.ts";
import { authenticateToServer } from "../../src/tunnel/authenticate.ts";
import { dialTls } from "../../src/tunnel/tls/tls.ts";
import type { Lab } from "./lab.ts";

/**
 * Logs in as a client of the lab without a ticket, as the first versions did. Throws the reason for
 * a refusal. The connection ends with the scope.
 */
export async function logIn(lab: Lab, name: string, secret?: Uint8Array): Promise<Disposable> {
  const config = await Deno.readTextFile(`${lab.folder}/server.toml`);
  const port = Number(/^listen = ".*:(\d+)"/m.exec(config)?.[1]);
  const pem = await Deno.readTextFile(`${lab.folder}/server.crt`);
  const trust = { certificates: [pem] };
  const connection = await dialTls({ host: "127.0.0.1", port }, trust, 5_000, () => {});
  try {
    const [own] = await readSecrets([`${lab.folder}/${name}.secret`], trustedOwners());
    await authenticateToServer(connection, {
      name,
      secret: secret ?? own,
      pins: [await fingerprint(pem)],
    });
  } catch (error) {
    connection.close();
    throw error;
  }
  return { [Symbol.dispose]: () => connection.close() };
}

async function fingerprint(pem: string): Promise<Uint8Array> {
  const base64 = pem.replace(/-----[^-]+-----|\s/g, "");
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.fromBase64(base64)));
}
