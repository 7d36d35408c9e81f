import { assertEquals, assertStringIncludes } from "@std/assert";
import { insideLab, Lab } from "../lab/lab.ts";
import { startDaemon, startProxyPair } from "../lab/proxy_pair.ts";

Deno.test({
  name: "T5: neither end starts with SSLKEYLOGFILE set; the exit code prevents restarts",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const { server, client } = await startProxyPair(lab);
    await client.stop();
    await server.stop();
    for (const name of ["server", "branch-1"]) {
      const daemon = startDaemon(lab, name, undefined, { SSLKEYLOGFILE: `${lab.folder}/keys` });
      assertEquals((await daemon.status).code, 78);
      assertStringIncludes(daemon.output.entries.join("\n"), '"SSLKEYLOGFILE" is set');
    }
    assertEquals(await Deno.readTextFile(`${lab.folder}/keys`).catch(() => ""), "");
  },
});

Deno.test({
  name: "T2: environment variables that would add trusted CAs are ignored and logged",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const env = { NODE_EXTRA_CA_CERTS: `${lab.folder}/server.crt`, DENO_CERT: "/nonexistent" };
    const { client } = await startProxyPair(lab, { env });
    const line = await client.waitForLine(/environment ignored/);
    for (const name of Object.keys(env)) assertStringIncludes(line, name);
  },
});
