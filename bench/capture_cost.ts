/** Cost of forwarding a frame, with and without a capture. */
import { type Link, newStatistics } from "../ffi/link/link.ts";
import { ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION, SESSION_HEADER } from "../src/pppoe/constants.ts";
import { Captures } from "../src/daemon/captures.ts";
import { Drops } from "../src/proxy/session/drops.ts";
import { newPeer } from "../src/proxy/session/session.ts";
import { SessionForwarder } from "../src/proxy/session/forwarder.ts";
import { Sessions } from "../src/proxy/session/sessions.ts";
import { NO_NAMES } from "../src/proxy/session/session_names.ts";
import type { Tunnel } from "../src/tunnel/tunnel.ts";
import { median } from "./figures.ts";
import { markedFrame } from "./load.ts";
import type { Figures } from "./section.ts";
import type { Findings } from "./section.ts";

/** Number of frames per batch. */
const BATCH = 128;
const [AC, OWN, CUSTOMER] = [0x02_00_00_00_00_a1, 0x02_00_00_00_00_3a, 0x02_00_00_00_00_c1];
const HANDLE = 7;

/** Measures both directions without a capture, then with one of both sides; medians over rounds. */
export async function captureCost(quick: boolean): Promise<Findings> {
  const rounds = quick ? 2_000 : 20_000;
  const figures: Figures = {};
  for (const size of [64, 1510]) {
    for (const [name, nanoseconds] of await measure(size, rounds)) {
      figures[`${size} B, ${name}, ns a frame`] = nanoseconds;
    }
  }
  return {
    how: `The server's switch between a stub wire and a stub tunnel, ${BATCH} frames at a time; ` +
      `medians of ${rounds} rounds. A capture records each frame twice, once per side.`,
    figures,
    goals: {},
  };
}

async function measure(size: number, rounds: number): Promise<Map<string, number>> {
  const { sessions, up, down } = makeForwarder(size);
  const captures = new Captures({
    sessions,
    side: "server",
    etherType: ETHERTYPE_SESSION,
    peer: () => undefined,
    application: "bench",
    place: "wan0",
  });
  const steps = new Map<string, number[]>();
  const note = (name: string, step: () => void): void => {
    const start = performance.now();
    step();
    const seen = steps.get(name) ?? [];
    steps.set(name, seen);
    seen.push((performance.now() - start) * 1e6 / BATCH);
  };
  for (let round = 0; round < rounds; round++) {
    note("to the tunnel, nobody captures", down);
    note("to the wire, nobody captures", up);
  }
  const capture = captures.begin({ filter: {}, secrets: false });
  const reading = (async () => {
    while (await capture?.read() !== undefined);
  })();
  for (let round = 0; round < rounds / 10; round++) {
    note("to the tunnel, captured", down);
    note("to the wire, captured", up);
    await new Promise((resolve) => setImmediate(resolve)); // the reader keeps up
  }
  captures.end();
  await reading;
  if (capture === undefined || capture.dropped > 0) throw new Error("The capture dropped frames");
  return new Map([...steps].map(([name, all]) => [name, median(all.slice(all.length / 10))]));
}

/** Builds a forwarder with one session, and a batch for each direction. */
function makeForwarder(size: number): { sessions: Sessions; up(): void; down(): void } {
  const link = stubLink();
  const sessions = new Sessions({
    side: "server",
    link,
    etherTypes: [ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION],
    drops: new Drops(() => {}),
    trace: () => {},
    now: () => 0,
    later: () => {},
    randomBytes: (length) => new Uint8Array(length),
    observe: () => {},
  });
  const forwarder = new SessionForwarder(sessions, link);
  const peer = newPeer("branch-1", 0);
  peer.tunnel = stubTunnel();
  sessions.open({
    peer,
    handle: HANDLE,
    customer: CUSTOMER,
    concentrator: AC,
    acSessionId: 1,
    wireSessionId: 1,
    remote: AC,
    local: OWN,
    names: NO_NAMES,
  });
  const length = size - SESSION_HEADER;
  const flow = { from: "", to: "", source: AC, destination: OWN, id: 1 };
  const frame = markedFrame(flow, length, 0);
  const view = new DataView(frame.buffer);
  const buffer = { bytes: frame, view };
  return {
    sessions,
    down() {
      for (let i = 0; i < BATCH; i++) forwarder.fromWire(frame, view, 0, size);
      forwarder.flushTunnels();
    },
    up() {
      for (let i = 0; i < BATCH; i++) {
        forwarder.fromTunnel(peer, buffer, HANDLE, SESSION_HEADER, length);
      }
      forwarder.flushWire();
    },
  };
}

function stubTunnel(): Tunnel {
  const writer = { beginBatch() {}, session: () => true, flush() {}, isFull: false };
  return { writer } as unknown as Tunnel;
}

function stubLink(): Link {
  const nothing = { queue() {}, flush() {}, send() {}, mac: new Uint8Array(6) };
  return { ...nothing, statistics: newStatistics() } as unknown as Link;
}
