import { assert, assertLess } from "@std/assert";
import { DatagramReader } from "../../../src/tunnel/datagram/datagram_reader.ts";
import { DatagramWriter } from "../../../src/tunnel/datagram/datagram_writer.ts";
import { PeerAllowance } from "../../../src/tunnel/peer_allowance.ts";
import type { DatagramPort } from "../../../src/tunnel/transport/connection.ts";
import { seededRandom } from "../../lab/relay/delay_line.ts";
import { recordBuffer } from "../memory_connection.ts";
import { writer as heldWriter } from "../held_writer.ts";

/** Payload of a full frame, frames sent together, and their number. */
const FULL = 1_492;
const BURST = 8;
const FRAMES = 20_000;

/** Sends full frames over a path that loses a share of the datagrams; counts what was lost. */
async function across(loss: number): Promise<{ frames: number; datagrams: number }> {
  const random = seededRandom(7);
  const clock = { now: 0 };
  const now = () => clock.now;
  let [arrived, datagrams] = [0, 0];
  const nothing = () => {};
  const back: { out?: DatagramWriter } = {};
  const reader = new DatagramReader(recordBuffer(256 * 1024), 0, {
    session: () => (arrived++, true),
    ping: (number, packets) => void back.out?.ponged(number, packets),
    pong: () => false,
    dropped: nothing,
    batchEnd: nothing,
  }, { now, allowance: new PeerAllowance(now) });
  const port: DatagramPort = {
    maxSize: 1_414,
    packs: true,
    send(bytes) {
      if (random() < loss) datagrams++;
      else reader.received(bytes.slice());
      return Promise.resolve();
    },
    receive: () => new Promise(() => {}),
  };
  const { writer: stream } = heldWriter();
  const out = back.out = new DatagramWriter({
    stream,
    port,
    dropped: nothing,
    failed: nothing,
    now,
  });
  out.shown(1);
  const frame = new Uint8Array(FULL);
  for (let sent = 0; sent < FRAMES; sent += BURST) {
    clock.now += 1;
    out.beginBatch();
    for (let i = 0; i < BURST; i++) out.session(1, frame, 0, FULL);
    await out.drained();
  }
  reader.batchEnd();
  return { frames: FRAMES - arrived, datagrams };
}

for (const loss of [0.001, 0.005, 0.01, 0.02]) {
  Deno.test(`${loss * 100} % loss costs fewer frames than the path lost datagrams`, async () => {
    const { frames, datagrams } = await across(loss);
    assert(datagrams > 0.8 * loss * FRAMES, `${datagrams} datagrams`);
    assertLess(frames, 0.6 * datagrams);
    assertLess(frames, Math.max(0.6 * loss, 0.001) * FRAMES);
  });
}
