/** This version's daemon with the last release's on the other side, and as its successor. */
import { assertEquals } from "@std/assert";
import { parseConfig } from "../../src/config/load.ts";
import { CODE_PADI, CODE_PADT } from "../../src/pppoe/constants.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import { startTestAc } from "../lab/peers/test_ac.ts";
import { type DialedSession, startTestClient } from "../lab/peers/test_client.ts";
import type { LabProcess } from "../lab/process.ts";
import { freePort } from "../free_port.ts";
import { makeSecrets, ready, startDaemon } from "../lab/proxy_pair.ts";
import { HASTY, interrupt } from "../lab/reload.ts";
import { sourcesCommand } from "../lab/shipped.ts";
import { skipping } from "../needs.ts";
import { lastRelease, lastReleaseObstacle } from "./prepare.ts";

const ignore = !insideLab();
const { version, folder } = lastRelease;
/** Payloads of a small and of a full frame; over QUIC the full one travels in parts. */
const PAYLOADS = [64, 1_494].map((length) => Uint8Array.of(0, 0x21, ...Array(length - 2).fill(9)));

type Side = "server" | "client";
type Transport = "tls" | "quic";

/** The configuration of both versions. */
const CONFIGS = {
  server: (port: number, transport: Transport) =>
    `mode = "server"
state_dir = "server.state"
[interface]
name = "wan0"
[tunnel]
transport = "${transport}"
listen = "127.0.0.1:${port}"
certificate = "server.crt"
key = "server.key"
[[clients]]
name = "branch-1"
secret_file = "branch-1.secret"`,
  client: (port: number, transport: Transport) =>
    `mode = "client"
state_dir = "client.state"
[interface]
name = "lan0"
[tunnel]
transport = "${transport}"
connect = ["127.0.0.1:${port}"]
server_certificate = "server.crt"
name = "branch-1"
secret_file = "branch-1.secret"
${HASTY}`,
};

/** Starts a side's daemon of the last release. */
function startReleased(lab: Lab, side: Side): LabProcess {
  const { program, args } = sourcesCommand(folder, "run", "--config", `${lab.folder}/${side}.toml`);
  return startDaemon(lab, side, () => [program, args]);
}

/** Starts both daemons, `old` of the last release. */
async function startBoth(lab: Lab, old: Side, transport: Transport) {
  await makeSecrets(lab, ["branch-1"]);
  const port = freePort();
  const start = async (side: Side): Promise<LabProcess> => {
    await lab.write(`${side}.toml`, CONFIGS[side](port, transport));
    const daemon = side === old ? startReleased(lab, side) : startDaemon(lab, side);
    await ready(daemon);
    return daemon;
  };
  return { server: await start("server"), client: await start("client") };
}

/** Ends the session with an AC's session id by the admin API of either version. */
async function kick(lab: Lab, side: Side, sessionId: number): Promise<void> {
  using http = Deno.createHttpClient({
    proxy: { transport: "unix", path: `${lab.folder}/${side}.sock` },
  });
  const url = "http://localhost/api/v1/sessions";
  const { sessions } = await (await fetch(url, { client: http })).json();
  const found = sessions.find((row: Record<string, unknown>) => row.session_id === sessionId);
  const name = found.session ?? found.id;
  const answer = await fetch(`${url}/${name}`, { method: "DELETE", client: http });
  assertEquals([answer.status, await answer.text() !== ""], [200, true]);
}

async function carries(session: DialedSession): Promise<void> {
  for (const payload of PAYLOADS) await session.echo(payload);
}

for (const transport of ["tls", "quic"] as const) {
  for (const old of ["client", "server"] as const) {
    const other = old === "client" ? "server" : "client";
    Deno.test(skipping(lastReleaseObstacle, {
      name:
        `the last release's ${old} and this version's ${other} over ${transport}: dials, traffic, a lost tunnel, kicks; an update of the ${old} keeps its sessions`,
      ignore,
      async fn() {
        await using lab = await Lab.open();
        await lab.cables();
        const ac = lab.use(
          startTestAc({ interface: "ac0", name: "lab-ac", firstSessionId: 0x0777 }),
        );
        const { server, client } = await startBoth(lab, old, transport);
        const host = lab.use(startTestClient("cust0"));
        const dial = (number: number) => host.dial({ hostUniq: Uint8Array.of(number) });
        const [kept, ...kicked] = [await dial(1), await dial(2), await dial(3)];
        await carries(kept);

        await interrupt(server, client);
        for (const session of [kept, ...kicked]) await carries(session);

        for (const [at, side] of (["server", "client"] as const).entries()) {
          await kick(lab, side, kicked[at].sessionId);
          await Promise.all([kicked[at].ended, ac.ended(kicked[at].sessionId)]);
        }
        await carries(kept);

        const heard = (code: number) =>
          [host, ac].map(({ seen }) => seen.all((frame) => frame.code === code).length);
        const before = [heard(CODE_PADT), heard(CODE_PADI)];
        const daemons = { server, client };
        const { code } = await daemons[old].stop();
        assertEquals(code, 0);
        const since = old === "server" ? client.output.length : 0;
        const updated = startDaemon(lab, old);
        await (old === "server" ? client : updated).waitForLine(/sessions resumed/, { since });
        await carries(kept);
        assertEquals([heard(CODE_PADT), heard(CODE_PADI)], before);
        await carries(await dial(4));
      },
    }));
  }
}

Deno.test(skipping(lastReleaseObstacle, {
  name: "this version reads the last release's example of a configuration",
  async fn() {
    const text = await Deno.readTextFile(`${folder}/config.example.toml`);
    assertEquals(parseConfig(text, "config.example.toml").mode, "server", version);
  },
}));
