/**
 * Micro-benchmark of full frames of many sessions, in random order, from the receive ring into the
 * tunnel's queue: `deno bench -A bench/forward_bench.ts`. A time is that of 64 frames.
 */
import type { Link } from "../ffi/link/link.ts";
import { SESSION_HEADER } from "../src/pppoe/constants.ts";
import { SessionForwarder } from "../src/proxy/session/forwarder.ts";
import { newPeer, type Session } from "../src/proxy/session/session.ts";
import { NO_NAMES } from "../src/proxy/session/session_names.ts";
import { SessionTable } from "../src/proxy/session/session_table.ts";
import type { Sessions } from "../src/proxy/session/sessions.ts";
import { RecordWriter } from "../src/tunnel/record/record_writer.ts";
import type { Tunnel } from "../src/tunnel/tunnel.ts";
import { markedFrame } from "./load.ts";

const [SIZE, BATCH, SLOT, SLOTS] = [1_510, 64, 2_048, 4_096];
const AC = 0x02_00_00_00_00_a1;

/** As large as a receive ring: frames push everything else out of the caches, as they do there. */
const ring = new Uint8Array(SLOT * SLOTS);
const view = new DataView(ring.buffer);
const writer = new RecordWriter({
  outlet: { portion: 65_536, shortPortion: 16_384, send: ({ length }) => Promise.resolve(length) },
  failed: () => {},
  dropped: () => {},
  now: () => performance.now(),
});
const peer = newPeer("bench", 0);
peer.tunnel = { writer } as unknown as Tunnel;
const table = new SessionTable();
const forwarder = new SessionForwarder(
  {
    ...{ table, acOnWire: false, tap: undefined, writers: { touch() {} } },
    ...{ idle: { isAsking: false }, lcp: { isLingering: false } },
    drops: { count: (reason: string) => fail(`A frame was dropped: ${reason}`) },
  } as unknown as Sessions,
  {} as Link,
);
/** Objects that the heap has between those of two sessions. */
const others: unknown[] = [];

function fail(what: string): never {
  throw new Error(what);
}

function open(id: number): Uint8Array {
  const host = 0x02_c0_00_00_00_00 + id;
  const wire = { wireSessionId: id, remote: host, local: AC, openedAt: 0, names: NO_NAMES };
  const both = { peer, handle: id, customer: host, concentrator: AC, acSessionId: id };
  table.add((index): Session => ({ index, ...both, ...wire }));
  others.push(new Array(20).fill(id));
  const flow = { from: "", to: "", source: host, destination: AC, id };
  return markedFrame(flow, SIZE - SESSION_HEADER, 0);
}

const frames = Array.from(
  { length: 10_000 },
  (_, i) => open(i + 1).subarray(0, SESSION_HEADER + 2),
);
let next = 0;
for (const sessions of [1, 1_000, 10_000]) {
  const group = "full frames";
  Deno.bench(`${sessions} sessions`, { group, n: 2_000, warmup: 500 }, async (bench) => {
    for (let i = 0; i < BATCH; i++) {
      const at = ((next + i) % SLOTS) * SLOT;
      ring.fill(i, at, at + SIZE);
      ring.set(frames[Math.floor(Math.random() * sessions)], at);
    }
    writer.beginBatch();
    bench.start();
    for (let i = 0; i < BATCH; i++) {
      forwarder.fromWire(ring, view, ((next + i) % SLOTS) * SLOT, SIZE);
    }
    bench.end();
    next += BATCH;
    await writer.drained();
  });
}
