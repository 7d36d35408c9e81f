import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pppoeProxy } from "../cli/process.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { freePort } from "../free_port.ts";
import { ready, startDaemon } from "./proxy_pair.ts";
import { pppoeProxyCommand } from "./shipped.ts";

const PACKET = Uint8Array.of(0, 0x21, 0x45);

/** Runs a command at a terminal (script(1)) where these lines are typed; returns its output. */
async function atTerminal(args: readonly string[], typed: readonly string[]): Promise<string> {
  const { program, args: words } = pppoeProxyCommand(...args);
  const line = [program, ...words].map((word) => `'${word}'`).join(" ");
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", line, "/dev/null"],
    stdin: "piped",
    stdout: "piped",
    signal: AbortSignal.timeout(120_000),
  }).spawn();
  const input = child.stdin.getWriter();
  for (const answer of typed) await input.write(new TextEncoder().encode(`${answer}\n`));
  const { success, stdout } = await child.output();
  await input.close().catch(() => {}); // the command has ended
  const said = new TextDecoder().decode(stdout);
  assert(success, said);
  return said;
}

async function succeeds(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await pppoeProxy(args);
  assertEquals([code, stderr], [0, ""], stdout);
  return stdout;
}

Deno.test({
  name:
    "init on both ends, with answers at a terminal and by options: check passes, and a customer dials",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    await lab.cable("cust1", "lan1");
    for (const name of ["branch", "far"]) await Deno.mkdir(`${lab.folder}/${name}`);
    const config = (name: string) => ["--config", `${lab.folder}/${name}.toml`];
    const address = `127.0.0.1:${freePort()}`;

    const said = await atTerminal(["init", "server", ...config("server")], [
      "nope",
      "wan0",
      address,
      "",
      "",
    ]);
    assertStringIncludes(said, 'No Ethernet interface "nope"');
    assertMatch(said, /scp "\S+branch-1\.bundle" CLIENT:/);
    const bundle = `${lab.folder}/branch-1.bundle`;
    assertEquals(((await Deno.stat(bundle)).mode ?? 0) & 0o777, 0o600);
    await succeeds("check", ...config("server"));
    await ready(startDaemon(lab, "server"));

    await succeeds("init", "client", ...config("branch/client"), "--from", bundle, "-i", "lan0");
    await succeeds("check", ...config("branch/client"));
    const again = await pppoeProxy([
      "init",
      "client",
      ...config("branch/client"),
      "--from",
      bundle,
    ]);
    assertEquals(again.code, 1);
    assertStringIncludes(again.stderr, "it exists and is not overwritten");
    await ready(startDaemon(lab, "branch/client"));
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const session = await lab.use(startTestClient("cust0")).dial();
    await session.echo(PACKET);

    const env = { RUNTIME_DIRECTORY: lab.folder };
    const added = await pppoeProxy(["add-client", "branch-2", ...config("server")], env);
    assertEquals([added.code, added.stderr], [0, ""]);
    assertStringIncludes(added.stdout, 'Applied: clients."branch-2" (added)');
    const twice = await pppoeProxy(["add-client", "branch-2", ...config("server")], env);
    assertStringIncludes(twice.stderr, 'has the client "branch-2" already');
    const second = `${lab.folder}/branch-2.bundle`;
    await succeeds("init", "client", ...config("far/far"), "--from", second, "-i", "lan1");

    // The same client from variables and credentials alone.
    await Deno.remove(`${lab.folder}/far/far.toml`);
    const { program, args } = pppoeProxyCommand("run");
    await ready(lab.start({
      name: "variables",
      program,
      args,
      env: {
        ...env,
        CREDENTIALS_DIRECTORY: `${lab.folder}/far`,
        PPPOE_PROXY_MODE: "client",
        PPPOE_PROXY_INTERFACE_NAME: "lan1",
        PPPOE_PROXY_TUNNEL_CONNECT: address,
        PPPOE_PROXY_TUNNEL_NAME: "branch-2",
        PPPOE_PROXY_TUNNEL_SERVER_CERTIFICATE: "credential:server.crt",
        PPPOE_PROXY_TUNNEL_SECRET_FILE: "credential:branch-2.secret",
      },
    }));
    const other = await lab.use(startTestClient("cust1")).dial();
    await other.echo(PACKET);
    const reload = await pppoeProxy(["reload", "--socket", `${lab.folder}/pppoe-proxy.sock`]);
    assertEquals([reload.code, reload.stdout.split("\n")[0]], [0, "No changes."]);
    await session.echo(PACKET);
  },
});
