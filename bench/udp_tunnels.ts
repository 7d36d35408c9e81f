/** Compares the tunnel over QUIC with that over TLS, with Deno's QUIC alone, and with OpenVPN. */
import { Lab } from "../tests/lab/lab.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { layOpenVpn, openVpnVersion } from "./openvpn.ts";
import { QuicAlone, type QuicTrial } from "./quic_alone.ts";
import { type RunningPath, withSession } from "./paths.ts";
import type { Figures, Findings } from "./section.ts";
import { type Trial, tryLoad } from "./trial.ts";

type Lay = (lab: Lab) => Promise<RunningPath>;

const OWN: Readonly<Record<string, Lay>> = {
  QUIC: (lab) => layDaemons(lab, "quic"),
  TLS: (lab) => layDaemons(lab, "tls"),
};
const OPENVPN: Readonly<Record<string, Lay>> = {
  "OpenVPN UDP": (lab) => layOpenVpn(lab, "udp"),
  "OpenVPN TCP": (lab) => layOpenVpn(lab, "tcp"),
};

/** Measures each tunnel in its own lab; OpenVPN if it is installed. */
export async function udpTunnels(quick: boolean): Promise<Findings> {
  const version = await openVpnVersion();
  const figures: Figures = {};
  for (const [name, lay] of Object.entries(version === undefined ? OWN : { ...OWN, ...OPENVPN })) {
    await using lab = await Lab.open();
    await measure(name, await lay(lab), quick ? 1 : 3, figures);
  }
  await measureQuicAlone(quick ? 1 : 3, figures);
  const how = "Full frames flooded and at 20,000/s, 500-byte frames at 1,000/s; medians of 3 " +
    `(with --quick one) of 0.5 s each. "Deno's QUIC alone": as much data in datagrams of ` +
    `${FULL} and ${SMALL} bytes, a burst every 0.5 ms, from sendDatagram to readDatagram. OpenVPN ${
      version ?? "is not installed"
    }.`;
  return { how, figures, goals: {} };
}

async function layDaemons(lab: Lab, transport: "quic" | "tls"): Promise<RunningPath> {
  await lab.cables();
  const start = performance.now();
  const { server, client } = await startProxyPair(lab, { transport });
  return { pids: [server.pid, client.pid], readyAfter: performance.now() - start };
}

/** Bytes of a datagram that the path carries whole, and of one with a frame of 500 bytes. */
const FULL = 1_400;
const SMALL = 488;

/** Measures Deno's QUIC without the daemons, at the data rates of their frames. */
async function measureQuicAlone(rounds: number, figures: Figures): Promise<void> {
  using ends = new QuicAlone();
  await ends.open();
  const load = async (size: number, rate: number): Promise<QuicTrial[]> => {
    const trials: QuicTrial[] = [];
    const whole = { size, rate, seconds: 0.5, interval: 0.5 };
    for (let i = 0; i < rounds; i++) trials.push(await ends.try(whole));
    return trials;
  };
  const name = "Deno's QUIC alone";
  await load(FULL, 0); // warms up
  const flood = await load(FULL, 0);
  figures[`${name}, flooded, Mbit/s`] = median(flood, (t) => t.delivered * FULL * 8e-6);
  const share = 1_496 / FULL; // datagrams a frame
  const busy = await load(FULL, 20_000 * share);
  figures[`${name}, 20,000/s, p50 us`] = median(busy, (t) => t.p50);
  figures[`${name}, 20,000/s, p99 us`] = median(busy, (t) => t.p99);
  figures[`${name}, 20,000/s, loss %`] = median(busy, (t) => t.loss * 100);
  figures[`${name}, 20,000/s, CPU us per frame`] = median(busy, (t) => t.cpu * share);
  const light = await load(SMALL, 1_000);
  figures[`${name}, 1,000/s, p50 us`] = median(light, (t) => t.p50);
  figures[`${name}, 1,000/s, p99 us`] = median(light, (t) => t.p99);
}

async function measure(
  name: string,
  running: RunningPath,
  rounds: number,
  figures: Figures,
): Promise<void> {
  const { pids, up, down } = await withSession(running);
  for (const [way, flow] of [["up", up], ["down", down]] as const) {
    const load = async (size: number, rate: number): Promise<Trial[]> => {
      const trials: Trial[] = [];
      const whole = { flows: [flow], size, rate, seconds: 0.5 };
      for (let i = 0; i < rounds; i++) trials.push(await tryLoad(whole, pids));
      return trials;
    };
    await load(1510, 0); // warms up
    const flood = await load(1510, 0);
    figures[`${name} ${way}, flooded, Mbit/s`] = median(flood, (t) => t.delivered * 1510 * 8e-6);
    const busy = await load(1510, 20_000);
    figures[`${name} ${way}, 20,000/s, p50 us`] = median(busy, (t) => t.p50);
    figures[`${name} ${way}, 20,000/s, p99 us`] = median(busy, (t) => t.p99);
    figures[`${name} ${way}, 20,000/s, loss %`] = median(busy, (t) => t.loss * 100);
    figures[`${name} ${way}, 20,000/s, CPU us per frame`] = median(busy, (t) => t.cpu);
    const light = await load(500, 1_000);
    figures[`${name} ${way}, 1,000/s, p50 us`] = median(light, (t) => t.p50);
    figures[`${name} ${way}, 1,000/s, p99 us`] = median(light, (t) => t.p99);
  }
}

function median<Kind>(trials: readonly Kind[], figure: (trial: Kind) => number): number {
  const sorted = trials.map(figure).sort((one, other) => one - other);
  return sorted[sorted.length >> 1];
}
