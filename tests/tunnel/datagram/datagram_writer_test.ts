import { assert, assertEquals } from "@std/assert";
import type { DatagramPort } from "../../../src/tunnel/transport/connection.ts";
import { type DatagramDrop, encodePing } from "../../../src/tunnel/datagram/datagram.ts";
import { DatagramWriter } from "../../../src/tunnel/datagram/datagram_writer.ts";
import { ControlType } from "../../../src/tunnel/record/record.ts";
import type { FrameWriter } from "../../../src/tunnel/record/frame_writer.ts";
import { DATA_LIMIT, MAX_AGE, type QueueDrop } from "../../../src/tunnel/record/record_queue.ts";

/** A writer, and what it sent on the stream and in datagrams. */
function writer(maxSize = 1_000, packs = false) {
  const said: string[] = [];
  const sent: Uint8Array[] = [];
  const marks: Uint8Array[] = [];
  const drops: (DatagramDrop | QueueDrop)[] = [];
  const stream: FrameWriter = {
    isFull: false,
    isSending: false,
    isDiscoveryFull: false,
    queuedBytes: 0,
    queueAge: 0,
    dropped: 0,
    lastSent: 0,
    beginBatch() {},
    session: (handle, _source, _offset, length) => said.push(`session ${handle} ${length}`) > 0,
    discovery: (handle) => said.push(`discovery ${handle}`) > 0,
    control: (type, body) => {
      if (type === ControlType.ping) marks.push(body);
      return true;
    },
    flush() {},
    drained: () => Promise.resolve(),
  };
  const port = {
    maxSize,
    packs,
    send(bytes: Uint8Array): Promise<void> {
      if (bytes.length > this.maxSize) return Promise.reject(new Error("datagram too large"));
      sent.push(bytes.slice());
      return Promise.resolve();
    },
    receive: () => Promise.reject(new Error("nothing comes")),
  } satisfies DatagramPort;
  const clock = { now: 0 };
  const failures: Error[] = [];
  const out = new DatagramWriter({
    stream,
    port,
    dropped: (reason) => drops.push(reason),
    failed: (cause) => failures.push(cause),
    now: () => clock.now,
  });
  const send = (handle: number, length: number) => {
    out.beginBatch();
    return out.session(handle, new Uint8Array(length), 0, length);
  };
  return { out, said, sent, marks, drops, failures, port, send, clock };
}

/** Whole frames and fragments, without probes. */
function data(sent: Uint8Array[]): number[] {
  return sent.filter(([first]) => first >>> 6 !== 2).map(({ length }) => length);
}

Deno.test("data after a PADS stays on the stream until the peer has sent data of that handle", async () => {
  const { out, said, sent, send } = writer();
  out.discovery(7, new Uint8Array(40));
  send(7, 10);
  out.shown(8); // another session
  send(7, 11);
  assertEquals(said, ["discovery 7", "session 7 10", "session 7 11"]);
  out.shown(7);
  send(7, 12);
  await out.drained();
  assertEquals(data(sent), [16]);
  out.discovery(7, new Uint8Array(40)); // the handle is reused
  send(7, 13);
  assertEquals(said.slice(3), ["discovery 7", "session 7 13"]);
  await out.drained();
  assertEquals(data(sent).length, 1);
});

Deno.test("Q4: PPP control goes on the stream, and data behind it until a mark has come back", async () => {
  const { out, said, marks, sent, clock } = writer();
  const frame = async (...bytes: number[]) => {
    out.beginBatch();
    out.session(1, Uint8Array.from(bytes), 0, bytes.length);
    out.flush();
    await out.drained();
  };
  out.shown(1);
  await frame(0x00, 0x21, 1); // IPv4
  await frame(0xc0, 0x21, 9, 1, 0, 4); // an LCP Echo-Request: nothing depends on it
  await frame(0x00, 0x21, 2);
  assertEquals([data(sent).length, said], [2, ["session 1 6"]]);
  await frame(0x80, 0x21, 2, 1, 0, 4); // an IPCP Configure-Ack
  await frame(0x00, 0x21, 3);
  assertEquals([data(sent).length, marks.length, said.at(-1)], [2, 1, "session 1 3"]);
  assertEquals(out.confirmed(new Uint8Array(8)), false);
  assert(out.confirmed(marks[0]));
  assertEquals(out.confirmed(marks[0]), false);
  await frame(0x00, 0x21, 4);
  assertEquals(data(sent).length, 3);
  for (let i = 0; i < 1_000; i++, clock.now += 1) await frame(0xc2, 0x23, 1, i & 0xff, 0, 4); // CHAP
  assert(marks.length >= 10 && marks.length <= 11, `${marks.length} marks in a second`);
});

Deno.test("a frame is sent whole, in two fragments, or on the stream, depending on its length", async () => {
  const { out, said, sent, send } = writer(1_000);
  out.shown(1);
  for (const length of [996, 997, 1_984, 1_985]) send(1, length);
  await out.drained();
  assertEquals(data(sent), [1_000, 507, 506, 1_000, 1_000]);
  assertEquals(said, ["session 1 1985"]);
});

Deno.test("when the path's datagram size shrinks, frames that no longer fit are counted, later ones split", async () => {
  const { out, sent, drops, port, send } = writer(1_000);
  out.shown(1);
  send(1, 900);
  port.maxSize = 800;
  await out.drained();
  assertEquals([data(sent), drops], [[458, 458], []]);
  // The size shrinks while QUIC takes a datagram.
  const { send: accept } = port;
  port.send = (bytes) => {
    port.send = accept;
    port.maxSize = 700;
    return port.send(bytes);
  };
  send(1, 790);
  await out.drained();
  send(1, 790);
  await out.drained();
  assertEquals([data(sent).slice(2), drops], [[403, 403], ["datagram-too-long"]]);
});

Deno.test("a full queue refuses data", () => {
  const { out, send } = writer();
  out.shown(1);
  let bytes = 0;
  while (send(1, 900)) bytes += 900;
  assert(bytes > 0.9 * DATA_LIMIT && bytes <= DATA_LIMIT);
  assertEquals(out.dropped, 1);
});

/** Lets pending sends continue. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

Deno.test("data in flight is limited until an answer arrives", async () => {
  const { out, sent, send } = writer();
  out.shown(1);
  while (send(1, 900));
  out.flush();
  await settle();
  const before = data(sent).length;
  assert(before * 900 < DATA_LIMIT);
  await settle();
  assertEquals(data(sent).length, before);
  const pings = sent.filter(([first]) => first >>> 6 === 2);
  assertEquals(pings[0], encodePing(0));
  assert(out.ponged(pings.length - 1, undefined));
  await settle();
  assert(data(sent).length > before);
});

Deno.test("behind a closed window old data is dropped, but PPP control frames are not", async () => {
  const { out, said, sent, drops, send, clock } = writer();
  out.shown(1);
  while (send(1, 900));
  out.flush();
  await settle();
  const control = Uint8Array.of(0xc0, 0x21, 9, 1, 0, 4);
  out.beginBatch();
  assert(out.session(1, control, 0, control.length));
  assertEquals(said, ["session 1 6"]); // at once
  clock.now += 10;
  assert(out.ponged(0, undefined)); // the round trip
  clock.now += MAX_AGE + 50; // data has been too old for 50 ms
  assert(out.ponged(sent.filter(([first]) => first >>> 6 === 2).length - 1, undefined));
  await out.drained();
  assert(drops.length > 100);
  assertEquals(new Set(drops), new Set(["queue-stale"]));
  assertEquals(out.dropped, drops.length + 1); // and the one that was refused
});

Deno.test("on a long path a burst waits for an answer, and is no standing queue yet", async () => {
  const { out, sent, drops, send, clock } = writer();
  out.shown(1);
  const answer = () =>
    out.ponged(sent.filter(([first]) => first >>> 6 === 2).length - 1, undefined);
  send(1, 900);
  await out.drained();
  clock.now += 200;
  assert(answer());
  while (send(1, 900));
  out.flush();
  await settle();
  clock.now += 200; // one round trip
  assert(answer());
  await settle();
  assertEquals(drops, []);
  clock.now += 200; // more than 1.5
  assert(answer());
  await out.drained();
  assert(drops.length > 0);
});

Deno.test("a window that shrinks below what no probe covers is probed again at once", async () => {
  const { out, sent, send, clock } = writer(1_000);
  out.shown(1);
  let answered = 0;
  const pings = () => sent.filter(([first]) => first >>> 6 === 2).length;
  const round = async (trip: number) => {
    for (let count = 0; count < 600; count++) send(1, 900); // more than the window permits
    out.flush();
    await settle();
    clock.now += trip;
    const before = sent.length;
    for (const known = pings(); answered < known; answered++) out.ponged(answered, undefined);
    await settle();
    return sent.length > before || out.queuedBytes === 0;
  };
  for (let count = 0; count < 3; count++) assert(await round(2));
  // The path becomes longer, which makes the window shrink to a few packets.
  for (let count = 0; count < 40; count++) assert(await round(100), `round ${count}`);
});

Deno.test("a peer that reads packets gets small frames together, and long ones in as few as hold them", async () => {
  const { out, sent, send, said } = writer(1_000, true);
  out.shown(1);
  for (let count = 0; count < 10; count++) send(1, 86);
  await out.drained();
  assertEquals(data(sent), [904]);
  send(1, 3_000);
  await out.drained();
  assertEquals([data(sent).slice(1), said], [[1_000, 1_000, 1_000, 20], []]);
});

Deno.test("while the peer's answers show losses, every eighth packet is followed by a parity", async () => {
  const { out, sent, send } = writer(1_000, true);
  out.shown(1);
  const parities = () => sent.filter(([first, , , type]) => first >>> 6 === 2 && type === 10);
  for (let count = 0; count < 20; count++) send(1, 980);
  await out.drained();
  assertEquals(parities().length, 0);
  const before = data(sent).length;
  assert(out.ponged(1, 3)); // of twelve
  for (let count = 0; count < 10; count++) send(1, 980);
  await out.drained();
  const packets = data(sent).length - before;
  assert(packets >= 10);
  assertEquals(parities().length, Math.floor(packets / 8));
});

Deno.test("Q6: an answer after that to a later ping has its own name, an invented one is none", async () => {
  const { out, drops, send } = writer();
  out.shown(1);
  for (let count = 0; count < 30; count++) send(1, 980);
  await out.drained();
  assert(out.ponged(1, undefined));
  assert(out.ponged(0, undefined));
  assertEquals(drops, ["probe-late"]);
  assertEquals(out.ponged(1_000, undefined), false);
});

Deno.test("a connection whose QUIC takes no more datagrams has failed, one that is slow has not", async () => {
  const { out, sent, failures, port, send, clock } = writer(1_000, true);
  out.shown(1);
  send(1, 900);
  out.flush();
  await settle();
  clock.now = 20_000; // nothing has been sent since, and nothing waits
  send(1, 900);
  assertEquals(failures, []);
  port.send = (bytes) => {
    sent.push(bytes.slice());
    return new Promise(() => {}); // QUIC's queue is full
  };
  out.flush();
  await settle();
  const ping = sent.findLast(([first]) => first >>> 6 === 2);
  clock.now += 4_900;
  assert(out.ponged(new DataView((ping ?? encodePing(0)).buffer).getUint32(4), undefined));
  clock.now += 4_900;
  send(1, 900); // an answer has shown that the queue moves
  assertEquals(failures, []);
  clock.now += 200;
  send(1, 900);
  assertEquals(failures.map(({ message }) => message), ["QUIC has stopped taking datagrams"]);
});
