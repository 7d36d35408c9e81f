/** The release for hosts with Deno: what is in it, and that it carries sessions. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runOptions } from "../../packaging/release/compile_program.ts";
import { packJavaScript } from "../../packaging/release/javascript.ts";
import { withFolder } from "../cli/process.ts";
import { bundled, bundledObstacle } from "../compiled/build.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import { startTestAc } from "../lab/peers/test_ac.ts";
import { startTestClient } from "../lab/peers/test_client.ts";
import { runCommand } from "../lab/process.ts";
import { startProxyPair } from "../lab/proxy_pair.ts";
import { PERMISSIONS, PROGRAM, V8_FLAGS } from "../lab/shipped.ts";
import { skipping } from "../needs.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const { tasks, version } = JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`));
const OPTIONS = runOptions(tasks.compile.command);
const NAME = `pppoe-proxy-${version}`;
const PAYLOAD = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);
const DATE = 1_700_000_000;

async function packed(folder: string, bundle = bundled): Promise<string> {
  const output = `${folder}/${NAME}.js.tar.gz`;
  const notices = "Texts of licences.\n";
  const contents = { root: ROOT, bundle, name: NAME, options: OPTIONS, notices, time: DATE };
  await packJavaScript(output, contents);
  return output;
}

Deno.test(skipping(bundledObstacle, {
  name: "the JavaScript release has all that belongs to it, and its sessions cross both daemons",
  ignore: !insideLab(),
  fn: () =>
    withFolder(async (folder) => {
      await runCommand("tar", "-xzf", await packed(folder), "-C", folder);
      const home = `${folder}/${NAME}`;
      const top = [...Deno.readDirSync(home)].map(({ name }) => name).sort();
      const documents = ["CHANGELOG.md", "LICENSE", "NOTICE", "README.md", "config.example.toml"];
      assertEquals(top, [...documents, "lib", "pppoe-proxy"].sort());
      const program = `${home}/pppoe-proxy`;
      const script = await Deno.readTextFile(program);
      for (const option of [...PERMISSIONS, V8_FLAGS, "--unstable-net"]) {
        assertStringIncludes(script, ` ${option} `);
      }
      Deno.env.set(PROGRAM, program);
      Deno.env.set("DENO", Deno.execPath());
      try {
        assertStringIncludes(await runCommand(program, "version"), version);
        await using lab = await Lab.open();
        await lab.cables();
        lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
        const { server, client } = await startProxyPair(lab);
        await (await lab.use(startTestClient("cust0")).dial()).echo(PAYLOAD);
        for (const daemon of [client, server]) assertEquals((await daemon.stop()).code, 0);
      } finally {
        for (const name of [PROGRAM, "DENO"]) Deno.env.delete(name);
      }
    }),
}));

Deno.test(skipping(bundledObstacle, {
  name: "the same bundle gives the same archive, whenever and wherever it is packed",
  fn: () =>
    withFolder(async (folder) => {
      const copy = `${folder}/copy`;
      await runCommand("cp", "-r", bundled, copy);
      await runCommand("chmod", "-R", "go-rwx", copy);
      const files = [...Deno.readDirSync(copy)].map(({ name }) => `${copy}/${name}`);
      await runCommand("touch", "--date=2020-02-02", ...files);
      await Deno.mkdir(`${folder}/one`);
      await Deno.mkdir(`${folder}/two`);
      const one = await Deno.readFile(await packed(`${folder}/one`));
      const two = await Deno.readFile(await packed(`${folder}/two`, copy));
      assert(one.length > 100_000);
      assert(Uint8Array.from(one).toHex() === two.toHex(), "the archives differ");
    }),
}));
