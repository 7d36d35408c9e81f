/**
 * One end of a bare QUIC connection: nothing but Deno's own datagrams, and numbers in them. Runs as
 * a separate process, started by quic_alone.ts.
 */
import { libc } from "../ffi/libc.ts";
import { QUIC_OPTIONS } from "../src/tunnel/quic/quic.ts";
import { quantile } from "./figures.ts";
import type { QuicEndRequest, QuicLoad, QuicSeen } from "./quic_alone.ts";
import { serveRequests } from "./station.ts";
import { wallClock } from "./time_stamp.ts";

const ALPN = ["bench"];
/** Number of latencies kept. */
const SAMPLES = 1 << 20;
/** Datagrams sent together in a flood. */
const BURST = 64;
const MILLISECOND = 1e6;

let connection: Deno.QuicConn | undefined;
const samples = new Float64Array(SAMPLES);
let [received, run, first, last] = [0, 0, 0, 0];

/** Listens on loopback and returns the port. */
function listen(cert: string, key: string): number {
  const endpoint = new Deno.QuicEndpoint({ hostname: "127.0.0.1" });
  const listener = endpoint.listen({ ...QUIC_OPTIONS, cert, key, alpnProtocols: ALPN });
  listener.accept().then((accepted) => receive(accepted));
  return endpoint.addr.port;
}

async function connect(port: number, certificate: string): Promise<number> {
  connection = await Deno.connectQuic({
    ...QUIC_OPTIONS,
    ...{ hostname: "127.0.0.1", port, alpnProtocols: ALPN },
    ...{ serverName: "localhost", caCerts: [certificate] },
  });
  return connection.maxDatagramSize;
}

async function receive(accepted: Deno.QuicConn): Promise<void> {
  while (true) {
    const datagram = await accepted.readDatagram();
    const view = new DataView(datagram.buffer, datagram.byteOffset);
    if (view.getUint32(8) !== run) continue;
    last = wallClock();
    if (received === 0) first = last;
    samples[received++ & SAMPLES - 1] = (last - view.getFloat64(0)) * 1_000;
  }
}

/** Sends datagrams, each stamped with the time and marked with the run; returns their number. */
async function send({ size, rate, seconds, interval, run }: QuicLoad): Promise<number> {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, run);
  let sent = 0;
  const start = performance.now();
  for (let now = start; now - start < seconds * 1_000; now = performance.now()) {
    const due = rate === 0 ? sent + BURST : Math.ceil((now - start) * rate / 1_000);
    view.setFloat64(0, wallClock());
    let taken: Promise<void> | undefined;
    for (; sent < due; sent++) taken = connection?.sendDatagram(bytes);
    await taken;
    if (rate !== 0) await rest(now + interval - performance.now());
  }
  return sent;
}

const timeout = new Uint32Array(4); // struct timespec

/** Waits on a thread of Deno's pool: its own timers have whole milliseconds. */
async function rest(milliseconds: number): Promise<void> {
  if (milliseconds <= 0) return;
  timeout[2] = milliseconds * MILLISECOND;
  await libc().ppollAside(new Uint8Array(8), 0, new Uint8Array(timeout.buffer), null);
}

function report(): QuicSeen {
  const sorted = samples.subarray(0, Math.min(received, SAMPLES)).sort();
  const seconds = (last - first) / 1_000;
  return { received, seconds, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}

function watch(newRun: number): null {
  [received, run] = [0, newRun];
  return null;
}

await serveRequests<QuicEndRequest>((request) => {
  if ("listen" in request) return listen(request.listen.certificate, request.listen.key);
  if ("connect" in request) return connect(request.connect.port, request.connect.certificate);
  if ("watch" in request) return watch(request.watch);
  return "send" in request ? send(request.send) : report();
});
