import { assertEquals } from "@std/assert";
import { CODE_PADI, CODE_PADT } from "../../src/pppoe/constants.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { tapCable, type WireTap } from "./peers/wire_tap.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { flows, startTraffic } from "./traffic.ts";
import { layLongPath } from "./relay/long_path.ts";

const ignore = !insideLab();
/** Returns to QUIC are tried every second; the keepalive alone would end no tunnel. */
const SETTINGS = `[tunnel.choice]
failback_after = "1s"
[tunnel.keepalive]
interval = "3s"
timeout = "10m"
`;
const [OVER_TLS, OVER_QUIC] = ["tls", "quic"].map((transport) =>
  new RegExp(`tunnel up.*"transport":"${transport}"`)
);

/** The number of PADIs and PADTs on each wire. */
function discoveries(taps: readonly WireTap[]): number[] {
  return taps.map(({ seen }) =>
    seen.all(({ code }) => code === CODE_PADI || code === CODE_PADT).length
  );
}

async function openLine(lab: Lab) {
  const { lan, wan } = await lab.cables();
  const taps = [lab.use(tapCable(lan)), lab.use(tapCable(wan))];
  lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
  const path = await layLongPath(lab, { delay: 1, loss: 0, seed: 1 });
  const start = () => startProxyPair(lab, { transport: "auto", path, client: SETTINGS });
  return { taps, path, start };
}

Deno.test({
  name: "auto: where UDP is blocked the tunnel is over TLS, and moves to QUIC when UDP passes",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { taps, path, start } = await openLine(lab);
    await path.turn("no-udp");
    const { client, server } = await start();
    await client.waitForLine(OVER_TLS);
    await server.waitForLine(OVER_TLS);
    const session = await lab.use(startTestClient("cust0")).dial();
    using _traffic = startTraffic(session);
    await flows(session);
    const before = discoveries(taps);
    await path.turn("clear");
    await client.waitForLine(OVER_QUIC);
    await flows(session);
    assertEquals(discoveries(taps), before);
    const unwanted = /name-in-use|tunnel lost|down_for_s/; // the new tunnel takes over without a gap
    assertEquals(server.output.all((line) => unwanted.test(line)), []);
  },
});

Deno.test({
  name: "auto: the tunnel is over QUIC, moves to TLS when UDP dies, and back when it passes again",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { taps, path, start } = await openLine(lab);
    const { client } = await start();
    await client.waitForLine(OVER_QUIC); // at the latest after a return, if QUIC was too slow
    const session = await lab.use(startTestClient("cust0")).dial();
    using _traffic = startTraffic(session);
    // A QUIC tunnel that falls silent sooner is not trusted for a minute.
    await session.received.reach(600, "frames of 12 s");
    const before = discoveries(taps);
    const since = client.output.length;
    await path.turn("no-udp");
    await flows(session);
    await client.waitForLine(OVER_TLS, { since });
    await path.turn("clear");
    await client.waitForLine(OVER_QUIC, { since });
    await flows(session);
    assertEquals(discoveries(taps), before);
  },
});
