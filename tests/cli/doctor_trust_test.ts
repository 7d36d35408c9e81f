import { assertEquals, assertMatch } from "@std/assert";
import { makeSelfSigned } from "../../src/cli/keygen/self_signed.ts";
import { ALPN } from "../../src/tunnel/handshake.ts";
import { TLS_NAME } from "../../src/tunnel/tls/tls_identity.ts";
import { issue } from "../tunnel/authority.ts";
import { pppoeProxy, withFolder } from "./process.ts";

Deno.test("T2: doctor does not log in to a server that only a CA of the environment vouches for", () =>
  withFolder(async (folder) => {
    const authority = await issue({ subject: "CN=Extra", ca: true });
    const { certificate: cert, key } = await issue({ issuer: authority, names: [TLS_NAME] });
    const pinned = await makeSelfSigned("proxy.example", 90, new Date());
    await Deno.writeTextFile(`${folder}/authority.crt`, authority.certificate);
    await Deno.writeTextFile(`${folder}/server.crt`, pinned.certificate);
    const secret = crypto.getRandomValues(new Uint8Array(32)).toHex();
    await Deno.writeTextFile(`${folder}/a.secret`, `${secret}\n`, { mode: 0o600 });
    using listener = Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert,
      key,
      alpnProtocols: [ALPN],
    });
    let bytes = 0;
    const serve = async (): Promise<void> => {
      for await (const connection of listener) {
        connection.read(new Uint8Array(99)).then((count) => bytes += count ?? 0).catch(() => {})
          .finally(() => connection.close());
      }
    };
    serve().catch(() => {});
    await Deno.writeTextFile(
      `${folder}/client.toml`,
      `mode = "client"\n[interface]\nname = "none0"\n[tunnel]
connect = "127.0.0.1:${listener.addr.port}"\nserver_certificate = "server.crt"\nname = "a"
secret_file = "a.secret"\n[admin]\nsocket = "a.sock"\n`,
    );
    const args = ["doctor", "--json", "--config", `${folder}/client.toml`, "--timeout", "3s"];
    for (const name of ["NODE_EXTRA_CA_CERTS", "DENO_CERT"]) {
      const { stdout } = await pppoeProxy(args, { [name]: `${folder}/authority.crt` });
      const checks: { name: string; verdict: string; text: string }[] = JSON.parse(stdout).checks;
      const server = checks.find((check) => check.name === "server");
      assertEquals([name, server?.verdict], [name, "failed"]);
      assertMatch(server?.text ?? "", /does not have the key of a pinned certificate/);
      assertEquals(checks.some((check) => check.name === "login"), false);
    }
    assertEquals(bytes, 0);
  }));
