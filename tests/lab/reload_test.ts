import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeSelfSigned } from "../../src/cli/keygen/self_signed.ts";
import { CODE_PADT } from "../../src/pppoe/constants.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient, type TestClient } from "./peers/test_client.ts";
import { type LabProcess, runCommand } from "./process.ts";
import { makeSecret, type PairOptions, startProxyPair } from "./proxy_pair.ts";
import { edit, HASTY, interrupt, reload } from "./reload.ts";
import { needing } from "../needs.ts";

const ignore = !insideLab();
const PAYLOAD = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);

function padts({ seen }: TestClient): number {
  return seen.all(({ code }) => code === CODE_PADT).length;
}

async function renewCertificate(lab: Lab): Promise<void> {
  const { certificate, key } = await makeSelfSigned("localhost", 2, new Date());
  await lab.write("server.crt", certificate);
  await lab.write("server.key", key);
}

async function twoClients(lab: Lab, options: PairOptions = {}) {
  await lab.cables();
  await lab.cable("cust1", "lan1");
  const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
  const clients = { north: "lan0", south: "lan1" };
  const daemons = await startProxyPair(lab, { ...options, clients });
  const hosts = ["cust0", "cust1"].map((name) => lab.use(startTestClient(name)));
  const sessions = await Promise.all(hosts.map((host) => host.dial()));
  return { ac, daemons, hosts, sessions };
}

Deno.test({
  name: "a client that is removed loses its tunnel and sessions with PADT; the other's continue",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, daemons, hosts, sessions } = await twoClients(lab);
    const south = '[[clients]]\nname = "south"\nsecret_file = "south.secret"\n';
    await edit(lab, "server.toml", south, "");
    const line = JSON.parse(await reload(daemons.server));
    assertEquals([line.message, line.applied], ["reloaded", 'clients."south"']);
    await Promise.all([sessions[1].ended, ac.ended(sessions[1].sessionId)]);
    await daemons.clients.get("south")?.waitForLine(/removed from the configuration/);
    await sessions[0].echo(PAYLOAD);
    assertEquals([padts(hosts[0]), padts(hosts[1])], [0, 1]);
    // It is admitted again when it is configured again.
    await edit(lab, "server.toml", "[[clients]]", `${south}[[clients]]`);
    await reload(daemons.server);
    const back = daemons.clients.get("south");
    const since = back?.output.length ?? 0;
    back?.signal("SIGUSR1");
    await back?.waitForLine(/"message":"tunnel up"/, { since });
    await (await hosts[1].dial()).echo(PAYLOAD);
  },
});

Deno.test({
  name: "a new limit applies at once, and changes that need a restart are logged",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { daemons, hosts, sessions } = await twoClients(lab);
    await edit(lab, "server.toml", "[tunnel]", "[limits]\nsessions = 1\n[tunnel]");
    await edit(lab, "server.toml", 'mac = "own"', 'mac = "transparent"');
    const since = daemons.server.output.length;
    const line = JSON.parse(await reload(daemons.server));
    assertEquals(line.applied, "limits.sessions");
    const rest = await daemons.server.waitForLine(/restart needed/, { since });
    assertEquals(JSON.parse(rest).keys, "interface.mac");
    hosts[0].discover({ hostUniq: Uint8Array.of(1) }).catch(() => {});
    await daemons.server.waitForLine(/"reason":"session-limit"/, { since });
    for (const session of sessions) await session.echo(PAYLOAD);
  },
});

Deno.test({
  name: "a configuration with errors changes nothing, and every error names file, line and key",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { daemons, sessions } = await twoClients(lab);
    await edit(lab, "server.toml", "[tunnel]", "[limits]\nsesions = 1\nsessions = 0\n[tunnel]");
    await reload(daemons.server);
    await daemons.server.waitForLine(/limits\.sessions/);
    const failed = daemons.server.output.all((line) => line.includes("reload failed"));
    const errors = failed.map((line) => JSON.parse(line).error);
    assertMatch(errors[0], /server\.toml:9: limits\.sesions: Unknown key "sesions"; did you mean/);
    assertMatch(errors[1], /server\.toml:10: limits\.sessions: Expected a whole number/);
    await edit(lab, "server.toml", "sesions = 1\nsessions = 0", "sessions = 1");
    await Deno.remove(`${lab.folder}/south.secret`);
    const missing = JSON.parse(await reload(daemons.server)).error;
    assertMatch(
      missing,
      /server\.toml:\d+: clients\[1\]\.secret_file: Cannot use the secret ".*no such/,
    );
    await Promise.all(sessions.map((session) => session.echo(PAYLOAD)));
    assertEquals(daemons.server.output.all((line) => line.includes("reloaded")), []);
  },
});

for (const transport of ["tls", "quic"] as const) {
  Deno.test({
    name:
      `a new certificate is used for later dials, sessions continue, and a bad one is refused, ${transport}`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await lab.cables();
      lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
      const { server, client } = await startProxyPair(lab, { transport, client: HASTY });
      const host = lab.use(startTestClient("cust0"));
      const session = await host.dial();
      const { key } = await makeSelfSigned("localhost", 2, new Date());
      await lab.write("server.key", key);
      assertMatch(
        await reload(server),
        /tunnel\.key: Cannot use the key .* it does not match the certificate/,
      );
      await lab.write("server.key", "junk");
      assertMatch(await reload(server), /tunnel\.key: Cannot use the key .* not a private key/);
      await session.echo(PAYLOAD);
      await renewCertificate(lab);
      assertStringIncludes(await reload(server), '"applied":"tunnel.certificate tunnel.key"');
      await session.echo(PAYLOAD);
      // The client pins the same file: with it reloaded, the next tunnel is accepted and the
      // session resumed.
      assertStringIncludes(await reload(client), '"applied":"tunnel.server_certificate"');
      await interrupt(server, client);
      await session.echo(PAYLOAD);
    },
  });
}

Deno.test({
  name: "a changed secret applies from the next login on, changed timings at once",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const patient = '[tunnel.keepalive]\ntimeout = "1h"';
    const { server, client } = await startProxyPair(lab, { client: patient });
    const session = await lab.use(startTestClient("cust0")).dial();
    // New timings apply to the current tunnel: the server's silence is noticed at all.
    await edit(lab, "branch-1.toml", patient, HASTY);
    assertStringIncludes(await reload(client), "tunnel.keepalive.timeout");
    await Deno.remove(`${lab.folder}/branch-1.secret`);
    await makeSecret(lab, "branch-1");
    assertStringIncludes(await reload(server), 'clients.\\"branch-1\\".secret_file');
    await session.echo(PAYLOAD);
    const since = client.output.length;
    server.signal("SIGSTOP");
    await client.waitForLine(/keepalive-timeout/, { since });
    server.signal("SIGCONT");
    await client.waitForLine(/"reason":"not-authenticated"/, { since });
    assertStringIncludes(await reload(client), '"applied":"tunnel.secret_file"');
    await client.waitForLine(/sessions resumed/, { since });
    await session.echo(PAYLOAD);
  },
});

Deno.test({
  name: "a log level changes with a reload, and a reload without changes changes nothing",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const { server } = await startProxyPair(lab);
    assertStringIncludes(await reload(server), '"result":"unchanged"');
    await edit(lab, "server.toml", "[tunnel]", '[log.topics]\ndiscovery = "debug"\n[tunnel]');
    assertStringIncludes(await reload(server), '"applied":"log.topics.discovery"');
    await lab.use(startTestClient("cust0")).dial();
    const packet = JSON.parse(await server.waitForLine(/"message":"packet"/));
    assertMatch(packet.packet, /^PADI .* <Service-Name "">/);
  },
});

/** Returns the lines of ss(8) about a daemon's connections, each with the kernel's details. */
async function connectionsOf({ pid }: LabProcess): Promise<string> {
  const lines = (await runCommand("ss", "-tinp")).replaceAll(/\n\s+/g, " ").split("\n");
  return lines.filter((line) => line.includes(`pid=${pid},`)).join("\n");
}

Deno.test(needing(["ss"], {
  name: "a reload changes TCP's options: at once on the server, with the next dial on the client",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const { server, client } = await startProxyPair(lab, { client: HASTY });
    assertMatch(await connectionsOf(client), / mss:12\d\d /);
    const own = (mss: number) => `[tunnel]\nmss = ${mss}\ncongestion_control = "reno"\n`;
    await edit(lab, "server.toml", "[tunnel]\n", own(1_000));
    await edit(lab, "branch-1.toml", "[tunnel]\n", own(800));
    for (const daemon of [server, client]) {
      const { applied } = JSON.parse(await reload(daemon));
      assertEquals(applied, "tunnel.mss tunnel.congestion_control");
    }
    assertMatch(await connectionsOf(server), / reno /);
    await interrupt(server, client, /"message":"tunnel up"/);
    for (const daemon of [server, client]) {
      assertMatch(await connectionsOf(daemon), / reno .* mss:7\d\d /);
    }
  },
}));
