import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { HandshakeError } from "../../src/tunnel/authenticate.ts";
import { abandon } from "../../src/tunnel/transport/connection.ts";
import { dialTls } from "../../src/tunnel/tls/tls.ts";
import { makeTlsIdentity } from "../../src/tunnel/tls/tls_identity.ts";
import { closeTrust } from "../../src/tunnel/tls/trust_environment.ts";
import { withFolder } from "../cli/process.ts";
import { startProcess } from "../lab/process.ts";
import { needing } from "../needs.ts";
import { PATIENCE, until } from "../until.ts";
import { issue } from "./authority.ts";

closeTrust();

const pinned = await issue();
const trust = { certificates: [pinned.certificate] };

/** Runs `body` with OpenSSL's server and an acceptable certificate. */
async function withOpenSsl(
  options: readonly string[],
  body: (port: number, said: () => string) => Promise<void>,
): Promise<void> {
  const { certificate, key } = makeTlsIdentity(pinned.certificate, pinned.key);
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/crt`, certificate);
    await Deno.writeTextFile(`${folder}/key`, key);
    const args = ["s_server", "-accept", "127.0.0.1:0", "-cert", `${folder}/crt`]
      .concat("-key", `${folder}/key`, "-alpn", "pppoe-proxy/1", options);
    await using server = startProcess({
      name: "s_server",
      program: "openssl",
      args,
      stdin: "piped",
    });
    const line = await server.waitForLine(/ACCEPT .*:(\d+)/, { timeout: PATIENCE });
    const port = Number(/ACCEPT .*:(\d+)/.exec(line)?.[1]);
    await body(port, () => server.output.entries.join("\n"));
  });
}

Deno.test(needing(["openssl"], {
  name: "T4: a server that has the pinned key but supports at most TLS 1.2 is refused",
  fn: () =>
    withOpenSsl(["-tls1_2"], async (port, said) => {
      const error = await assertRejects(
        () => dialTls({ host: "127.0.0.1", port }, trust, PATIENCE, () => {}),
        HandshakeError,
      );
      assertMatch(error.end.detail, /chose TLS 1\.2, but only TLS 1\.3 is accepted/);
      assertEquals(/CIPHER is/.test(said()), false); // its handshake has not ended
    }),
}));

Deno.test(needing(["openssl"], {
  name: "T4: TLS 1.3 is accepted, even after a HelloRetryRequest",
  async fn() {
    for (const options of [["-tls1_3"], ["-tls1_3", "-groups", "P-384"], []]) {
      await withOpenSsl(options, async (port, said) => {
        abandon(await dialTls({ host: "127.0.0.1", port }, trust, PATIENCE, () => {}));
        await until(() => /CIPHER is TLS_/.test(said()));
      });
    }
  },
}));
