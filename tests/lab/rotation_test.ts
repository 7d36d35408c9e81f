import { assertMatch, assertStringIncludes } from "@std/assert";
import { makeSelfSigned } from "../../src/cli/keygen/self_signed.ts";
import { readPin } from "../../src/config/files/certificate.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { makeSecret, startProxyPair } from "./proxy_pair.ts";
import { edit, HASTY, interrupt, reload } from "./reload.ts";

const ignore = !insideLab();
const PAYLOAD = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);

async function pinFiles(lab: Lab, files: string): Promise<void> {
  await edit(lab, "branch-1.toml", /^server_certificate = .*/m, `server_certificate = ${files}`);
}

for (const transport of ["tls", "quic"] as const) {
  Deno.test({
    name: `I2: a certificate is replaced in either order and no session ends, ${transport}`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await lab.cables();
      lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
      const { server, client } = await startProxyPair(lab, { transport, client: HASTY });
      const session = await lab.use(startTestClient("cust0")).dial();
      await Deno.copyFile(`${lab.folder}/server.crt`, `${lab.folder}/first.crt`);
      const change = async (copy: string): Promise<void> => {
        const { certificate, key } = await makeSelfSigned("localhost", 90, new Date());
        await lab.write(copy, certificate);
        await lab.write("next.key", key);
      };
      const show = async (copy: string): Promise<void> => {
        await Deno.copyFile(`${lab.folder}/${copy}`, `${lab.folder}/server.crt`);
        await Deno.rename(`${lab.folder}/next.key`, `${lab.folder}/server.key`);
        assertStringIncludes(await reload(server), '"applied":"tunnel.certificate tunnel.key"');
      };
      // The client first.
      await change("second.crt");
      await pinFiles(lab, '["first.crt", "second.crt"]');
      assertStringIncludes(await reload(client), '"applied":"tunnel.server_certificate"');
      await interrupt(server, client); // the old one is still shown
      await show("second.crt");
      await interrupt(server, client);
      // The server first: the tunnel continues, and once it is lost, the log names what is pinned.
      await pinFiles(lab, '"second.crt"');
      await reload(client);
      await change("third.crt");
      await show("third.crt");
      await session.echo(PAYLOAD);
      const said = await interrupt(server, client, /certificate/);
      // The server's own certificate can be read over TLS only.
      for (const name of ["second", ...(transport === "tls" ? ["third"] : [])]) {
        const sha256 = await readPin(await Deno.readTextFile(`${lab.folder}/${name}.crt`));
        assertStringIncludes(said, sha256.toHex());
      }
      if (transport === "tls") {
        const third = await readPin(await Deno.readTextFile(`${lab.folder}/third.crt`));
        await server.waitForLine(new RegExp(`tunnel rejected.*not pinned our.*${third.toHex()}`));
      }
      await pinFiles(lab, '["third.crt", "second.crt"]');
      const since = client.output.length;
      await reload(client);
      await client.waitForLine(/sessions resumed/, { since });
      await session.echo(PAYLOAD);
    },
  });
}

Deno.test({
  name: "I3: a secret is replaced without a moment in which the client cannot log in",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const { server, client } = await startProxyPair(lab, { client: HASTY });
    const session = await lab.use(startTestClient("cust0")).dial();
    const at = (name: string): string => `${lab.folder}/${name}.secret`;
    await makeSecret(lab, "next");
    const [old, next] = await Promise.all(
      ["branch-1", "next"].map((name) => Deno.readTextFile(at(name))),
    );
    // Server and client read the same file: the old secret is first, so the client still uses it.
    await Deno.writeTextFile(at("branch-1"), `${old}${next}`);
    assertMatch(await reload(server), /"applied":"clients.*branch-1.*secret_file"/);
    await interrupt(server, client);
    await Deno.writeTextFile(at("branch-1"), `${next}${old}`);
    assertStringIncludes(await reload(client), '"applied":"tunnel.secret_file"');
    await interrupt(server, client);
    await Deno.writeTextFile(at("branch-1"), next);
    await reload(server);
    await interrupt(server, client);
    await session.echo(PAYLOAD);
    // The old secret is no longer valid.
    await Deno.writeTextFile(at("branch-1"), old);
    await reload(client);
    await interrupt(server, client, /"reason":"not-authenticated"/);
  },
});
