import { assertEquals, assertStringIncludes } from "@std/assert";
import { acSystemError, genericError } from "../../src/pppoe/error_tags.ts";
import { formatMac } from "../../src/pppoe/mac.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import { startTestAc, type TestAcOptions } from "../lab/peers/test_ac.ts";
import { type DialedSession, startTestClient } from "../lab/peers/test_client.ts";
import type { LabProcess } from "../lab/process.ts";
import { ready, startDaemon } from "../lab/proxy_pair.ts";
import { pppoeProxy } from "../cli/process.ts";
import { skipping } from "../needs.ts";
import { removeInterface } from "../lab/veth.ts";
import { layRecipe, openRecipe, type Recipe } from "./recipe.ts";

const ignore = !insideLab();
const PACKET = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);
const RESUMED = /sessions resumed/;
/** Recipes of which every client carries a session to an AC, without further steps. */
const PLAIN = ["campus", "trunk", "test-bench", "ipv6", "several-servers"];

/** A recipe that runs, with a session through each of its clients. */
interface Running {
  recipe: Recipe;
  daemons: ReadonlyMap<string, LabProcess>;
  sessions: DialedSession[];
}

/** Lays a cable to each interface that does not exist, starts all daemons, and dials. */
async function run(lab: Lab, recipe: Recipe): Promise<Running> {
  const peers = { server: [] as string[], client: [] as string[] };
  for (const { mode, interface: { name } } of recipe.configs.values()) {
    const peer = `${mode}-${peers[mode].length}`;
    await lab.cable(name, peer);
    peers[mode].push(peer);
  }
  for (const peer of peers.server) lab.use(startTestAc({ interface: peer, name: peer }));
  const daemons = await recipe.start();
  const sessions = await Promise.all(peers.client.map(dialOn(lab)));
  return { recipe, daemons, sessions };
}

/** Dials on an interface, and sends a packet to the AC and back. */
function dialOn(lab: Lab) {
  return async (name: string): Promise<DialedSession> => {
    const session = await lab.use(startTestClient(name)).dial({ hostUniq: Uint8Array.of(1) });
    await session.echo(PACKET);
    return session;
  };
}

for (const name of PLAIN) {
  Deno.test({
    name: `the recipe "${name}" carries sessions with its files as they are`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await run(lab, await layRecipe(lab, name));
    },
  });
}

/** What this machine lacks for `macvlan.sh`. */
function macvlanObstacle(): string | undefined {
  if (ignore) return undefined;
  const args = ["link", "add", "link", "lo", "name", "probe", "type", "macvlan"];
  const { stderr } = new Deno.Command("ip", { args }).outputSync(); // lo itself is refused
  const said = new TextDecoder().decode(stderr);
  return said.includes("Unknown device type") ? "a kernel with macvlan" : undefined;
}

Deno.test(skipping(macvlanObstacle(), {
  name: 'the recipe "ntt" dials a second session beside the first one of the line',
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cable("eth0", "ntt0");
    const recipe = await layRecipe(lab, "ntt");
    await recipe.script("macvlan.sh"); // it goes with eth0
    await recipe.script("veth.sh");
    // deno-lint-ignore require-await -- a lab disposes of its parts asynchronously
    lab.use({ [Symbol.asyncDispose]: async () => removeInterface("lan0") });
    const ac = lab.use(startTestAc({ interface: "ntt0", name: "ntt" }));
    const atHome = await dialOn(lab)("eth0");
    await recipe.start();
    const away = await dialOn(lab)("dial0");
    await atHome.echo(PACKET);
    await away.echo(PACKET);
    assertEquals(new Set(ac.sessions.values()).size, 2, "each session has its own MAC address");
  },
}));

Deno.test({
  name: 'the recipe "upgrade" restarts either end, and the session goes on',
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { daemons, sessions: [session] } = await run(lab, await layRecipe(lab, "upgrade"));
    const client = daemons.get("client");
    const since = client?.output.length ?? 0;
    assertEquals((await daemons.get("server")?.stop())?.code, 0);
    await ready(startDaemon(lab, "server"));
    await client?.waitForLine(RESUMED, { since });
    await session.echo(PACKET);
    assertEquals((await client?.stop())?.code, 0);
    await startDaemon(lab, "client").waitForLine(RESUMED);
    await session.echo(PACKET);
  },
});

for (
  const [name, files] of [
    ["from-pppoeproxy", ["server.service", "client.service"]],
    ["from-pppoe-relay", ["pppoe-relay.sh"]],
  ] as const
) {
  Deno.test({
    name: `the recipe "${name}" gives configurations that carry a session`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await layRecipe(lab, name);
      const paths = files.map((file) => `${lab.folder}/${file}`);
      const { code, stderr } = await pppoeProxy(["import", ...paths, "--out-dir", lab.folder]);
      assertEquals([code, stderr], [0, ""]);
      const recipe = await openRecipe(lab);
      assertEquals([...recipe.configs.keys()].sort(), ["branch-1", "server"]);
      await run(lab, recipe);
    },
  });
}

Deno.test({
  name: 'the recipe "rotation" replaces certificate and secret, adds a client, and ends no session',
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const { script } = await layRecipe(lab, "rotation");
    await Deno.mkdir(`${lab.folder}/branch`);
    await Deno.rename(`${lab.folder}/client.toml`, `${lab.folder}/branch/client.toml`);
    for (const name of ["server.crt", "branch-1.secret"]) {
      await Deno.copyFile(`${lab.folder}/${name}`, `${lab.folder}/branch/${name}`);
    }
    const server = startDaemon(lab, "server");
    await ready(server);
    const client = startDaemon(lab, "branch/client");
    await ready(client);
    const session = await dialOn(lab)("cust0");

    await script("1-server-new-certificate.sh");
    await script("2-client-trust-both.sh", ["../next/server.crt"], "branch");
    assertStringIncludes(await script("3-server-use-new.sh"), "tunnel.certificate (content)");
    await script("4-client-trust-new.sh", [], "branch");
    await script("5-server-new-secret.sh", ["branch-1"]);
    await script("6-client-use-secret.sh", ["../next.secret", "branch-1"], "branch");
    await script("7-server-drop-secret.sh", ["branch-1"]);
    assertStringIncludes(await script("add-client.sh", ["branch-2"]), 'clients."branch-2"');

    await session.echo(PACKET);
    assertEquals(client.output.all((line) => /tunnel (?:lost|closed)/.test(line)), []);
    await client.stop(); // the next one knows only the new certificate and secret
    await startDaemon(lab, "branch/client").waitForLine(RESUMED);
    await session.echo(PACKET);
  },
});

Deno.test({
  name: 'the recipe "line-drop" shows why a line dropped, on both ends and in the AC\'s words',
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const { script, start } = await layRecipe(lab, "line-drop");
    await start();
    const options: TestAcOptions = { interface: "ac0", name: "lab-ac" };
    const ac = lab.use(startTestAc(options));
    const host = lab.use(startTestClient("cust0"));
    const session = await host.dial();
    await session.echo(PACKET);
    ac.terminate(session.sessionId, [genericError("session timeout")]);
    await session.ended;
    options.refusal = acSystemError("no free address");
    assertEquals((await host.request(await host.discover())).sessionId, 0);
    for (const end of ["server", "client"]) {
      const said = await script("look-back.sh", [`${end}.toml`, formatMac(host.mac), "5m"]);
      for (const part of ["session timeout", "no free address", "what to do", "padt-ac"]) {
        assertStringIncludes(said, part, end);
      }
    }
  },
});

Deno.test({
  name:
    'the recipe "reverse-proxy" answers under the name of the reverse proxy, and under no other',
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cable("wan0", "ac0");
    const { start } = await layRecipe(lab, "reverse-proxy");
    await lab.write("admin.token", `${crypto.getRandomValues(new Uint8Array(32)).toHex()}\n`);
    await start();
    const status = async (host: string): Promise<string> => {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: 9180 });
      const head = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      await connection.write(new TextEncoder().encode(head));
      return (await new Response(connection.readable).text()).split(" ")[1];
    };
    assertEquals([await status("proxy.example"), await status("other.example")], ["200", "403"]);
  },
});
