import { assertEquals, assertNotEquals } from "@std/assert";
import { CODE_PADI, CODE_PADT } from "../../src/pppoe/constants.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { tapCable, type WireTap } from "./peers/wire_tap.ts";
import { runCommand } from "./process.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { flows, startTraffic } from "./traffic.ts";
import { layLongPath, type LongPath } from "./relay/long_path.ts";

const ignore = !insideLab();
const TRANSPORTS = ["tls", "quic"] as const;
/** The keepalive alone would not end a tunnel during a test. */
const PATIENT = `[tunnel.keepalive]
interval = "3s"
timeout = "10m"
`;
/** Another address of the client. */
const MOVED = "10.99.0.77";

/** The number of PADIs and PADTs on each wire. */
function discoveries(taps: readonly WireTap[]): number[] {
  return taps.map(({ seen }) =>
    seen.all(({ code }) => code === CODE_PADI || code === CODE_PADT).length
  );
}

async function inside(path: LongPath, ...args: string[]): Promise<void> {
  const [program, all] = path.near("ip", args);
  await runCommand(program, ...all);
}

for (const transport of TRANSPORTS) {
  Deno.test({
    name: `Q5: over ${transport} frames flow again right after kill -9 of the server`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      const { lan, wan } = await lab.cables();
      const taps = [lab.use(tapCable(lan)), lab.use(tapCable(wan))];
      lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
      const pair = await startProxyPair(lab, { transport, keep: true, client: PATIENT });
      const session = await lab.use(startTestClient("cust0")).dial();
      using _traffic = startTraffic(session);
      await flows(session);
      const before = discoveries(taps);
      pair.server.signal("SIGKILL");
      await pair.restartServer();
      await flows(session);
      assertEquals(discoveries(taps), before);
    },
  });

  Deno.test({
    name: `Q7: over ${transport} frames flow again right after the client's address has changed`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await lab.cables();
      lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
      const path = await layLongPath(lab, { delay: 1, loss: 0, seed: 1 });
      const keepalive = { client: PATIENT, server: PATIENT };
      const pair = await startProxyPair(lab, { transport, path, ...keepalive });
      const session = await lab.use(startTestClient("cust0")).dial();
      using _traffic = startTraffic(session);
      await flows(session);
      await inside(path, "address", "flush", "dev", "cli0");
      await inside(path, "address", "add", `${MOVED}/24`, "dev", "cli0");
      await flows(session);
      assertEquals(pair.server.output.all((line) => line.includes("name-in-use")), []);
    },
  });

  Deno.test({
    name: `Q5: over ${transport} a slow, long and lossy path is not taken for a dead one`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await lab.cables();
      lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
      const slow = { delay: 300, loss: 0.02, rate: 100_000, seed: 7 };
      const path = await layLongPath(lab, slow);
      const pair = await startProxyPair(lab, { transport, path, client: PATIENT });
      const since = pair.client.output.length;
      const session = await lab.use(startTestClient("cust0")).dial();
      using _traffic = startTraffic(session);
      const frames = session.received.length + 200;
      await session.received.reach(frames, "frames to come back");
      const downs = pair.client.output.all((line) => /tunnel (lost|closed)/.test(line), since);
      assertEquals(downs, []);
      assertNotEquals(pair.client.output.length, 0);
    },
  });
}

Deno.test({
  name:
    "Q6: a client's new address over QUIC is in the server's log and status; all lines are records",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const path = await layLongPath(lab, { delay: 1, loss: 0, seed: 1 });
    const pair = await startProxyPair(lab, { transport: "quic", path });
    const session = await lab.use(startTestClient("cust0")).dial();
    using _traffic = startTraffic(session);
    await flows(session);
    await inside(path, "address", "flush", "dev", "cli0");
    await inside(path, "address", "add", `${MOVED}/24`, "dev", "cli0");
    await pair.server.waitForLine(/client address changed.*10\.99\.0\.77/);
    await inside(path, "link", "set", "cli0", "down");
    await pair.client.waitForLine(/tunnel silent/);
    await inside(path, "link", "set", "cli0", "up");
    await flows(session);
    for (const { output } of [pair.client, pair.server]) {
      assertEquals(output.all((line) => !line.startsWith("{")), []);
    }
  },
});

Deno.test({
  name: "Q7: a server that returns after the sessions' grace is found at once, despite long delays",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const client = `[tunnel.reconnect]
base = "1h"
cap = "1h"
[sessions]
resume_grace = "2s"
`;
    const pair = await startProxyPair(lab, { keep: true, client });
    const host = lab.use(startTestClient("cust0"));
    const session = await host.dial();
    pair.server.signal("SIGKILL");
    await session.ended;
    await pair.client.waitForLine(/session closed.*tunnel-lost/);
    const since = pair.client.output.length;
    await pair.restartServer();
    await pair.client.waitForLine(/tunnel up/, { since });
    const next = await host.dial({ hostUniq: Uint8Array.of(2) });
    await next.echo(Uint8Array.of(0, 0x21, 1));
  },
});
