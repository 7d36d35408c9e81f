import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pppoeProxy } from "../cli/process.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { startProxyPair } from "./proxy_pair.ts";

const ignore = !insideLab();
/** Lines of the client about another tunnel; a busy machine causes others, about silence. */
const TUNNEL = /"tunnel (up|lost|closed)"/;
const PAYLOAD = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);

async function json(...args: string[]) {
  const { code, stdout, stderr } = await pppoeProxy(args);
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

Deno.test({
  name: "N1: a server with an IPv6 address has one name, and doctor does not disturb its tunnel",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const socket = `${lab.folder}/branch-1.sock`;
    const pair = { host: "[::1]", client: `[admin]\nsocket = "${socket}"`, keep: true };
    const { client } = await startProxyPair(lab, pair);
    const session = await lab.use(startTestClient("cust0")).dial();
    const file = ["--config", `${lab.folder}/branch-1.toml`];
    const { servers } = await json("clients", "--json", "--socket", socket);
    assertEquals(servers.length, 1);
    const [{ server: name, up, configured }] = servers;
    assertMatch(name, /^\[::1\]:\d+$/);
    assertEquals([up, configured], [true, true]);
    using http = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
    const metrics = await (await fetch("http://localhost/metrics", { client: http })).text();
    assertEquals(metrics.match(/^pppoeproxy_tunnel_up.*$/gm), [
      `pppoeproxy_tunnel_up{server="${name}"} 1`,
    ]);
    const since = client.output.length;
    const { checks } = await json("doctor", "--json", ...file);
    const said = checks.find((check: { name: string }) => check.name === "server");
    assertStringIncludes(said.text, `the running daemon is connected to ${name}`);
    assertEquals(client.output.all((line) => TUNNEL.test(line), since), []);
    await session.echo(PAYLOAD);
  },
});

Deno.test({
  name: "N1: while the daemon runs, doctor does not log in at another address of the server",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const socket = `${lab.folder}/branch-1.sock`;
    const { server, client } = await startProxyPair(lab, {
      client: `[admin]\nsocket = "${socket}"`,
    });
    // The same server by another name: a login there would replace the tunnel.
    const path = `${lab.folder}/branch-1.toml`;
    const source = await Deno.readTextFile(path);
    await lab.write("branch-1.toml", source.replace("127.0.0.1", "localhost"));
    const since = client.output.length;
    const { checks } = await json("doctor", "--json", "--config", path);
    const login = checks.find((check: { name: string }) => check.name === "login");
    assertMatch(login.text, /^not tested: the running daemon is connected to 127\.0\.0\.1/);
    assertEquals(client.output.all((line) => TUNNEL.test(line), since), []);
    // Without a tunnel, the daemon is asked for the reason.
    await server.stop();
    await Deno.remove(`${lab.folder}/branch-1.secret`);
    await client.waitForLine(/connection-lost|Connection refused/, { since });
    await lab.write("branch-1.toml", source);
    const without = await pppoeProxy(["doctor", "--json", "--config", path]);
    const found = JSON.parse(without.stdout).checks;
    assert(found.every((check: { name: string }) => check.name !== "login"));
  },
});
