/**
 * Cost of each step of a frame's path: the daemons' own components, one after another in one
 * process.
 */
import { bindSocket, closeSocket, openSocket } from "../ffi/link/packet_socket.ts";
import { newStatistics } from "../ffi/link/link.ts";
import type { Region } from "../ffi/memory.ts";
import { pinnedRegion } from "../ffi/memory.ts";
import { openRing } from "../ffi/link/rx_ring.ts";
import { TransmitBatch } from "../ffi/link/transmit_batch.ts";
import { ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION, SESSION_HEADER } from "../src/pppoe/constants.ts";
import { payloadLength, sessionFault } from "../src/pppoe/session_frame.ts";
import {
  COUNTERS,
  FRAMES_TO_WIRE,
  HEADER_WORDS,
  SessionTable,
} from "../src/proxy/session/session_table.ts";
import { newPeer, type Session } from "../src/proxy/session/session.ts";
import { NO_NAMES } from "../src/proxy/session/session_names.ts";
import { KIND_SESSION, RECORD_HEADER } from "../src/tunnel/record/record.ts";
import { RecordQueue } from "../src/tunnel/record/record_queue.ts";
import { RecordReader } from "../src/tunnel/record/record_reader.ts";
import { Lab } from "../tests/lab/lab.ts";
import { median } from "./figures.ts";
import { markedFrame } from "./load.ts";
import type { Figures } from "./section.ts";
import type { Findings } from "./section.ts";
import { tlsPair } from "./tls_pair.ts";

/** Number of frames per batch; a TLS write holds as many records as fit. */
const BATCH = 128;
const WRITE = 65_536;
const SESSIONS = 1_000;
const [AC, HOST] = [0x02_00_00_00_00_a1, 0x02_00_00_00_00_c1];

/** Nanoseconds per frame, by step. */
type Steps = Map<string, number[]>;

/** Times a step that processes this many frames. */
function timed(steps: Steps, name: string, frames: number, step: () => void): void {
  const start = performance.now();
  step();
  note(steps, name, (performance.now() - start) * 1e6 / frames);
}

function note(steps: Steps, name: string, nanoseconds: number): void {
  const seen = steps.get(name) ?? [];
  steps.set(name, seen);
  seen.push(nanoseconds);
}

/** Returns medians over rounds, without the first tenth, in which the compiler is still active. */
export async function frameWay(quick: boolean, rounds = quick ? 300 : 2_000): Promise<Findings> {
  const figures: Figures = {};
  for (const size of [64, 1510]) {
    await using lab = await Lab.open();
    await lab.cables();
    const steps: Steps = new Map();
    const [wire, sessions] = [wireSteps(steps, size), sessionSteps(steps, size)];
    for (let round = 0; round < rounds; round++) {
      wire.round();
      sessions(round);
    }
    wire.close();
    await tlsSteps(lab, steps, size, Math.ceil(rounds / 4));
    for (const [name, all] of steps) {
      figures[`${size} B, ${name}, ns a frame`] = median(all.slice(all.length / 10));
    }
  }
  return {
    how:
      `The daemons' own components, ${BATCH} frames at a time, ${SESSIONS} sessions; medians of ` +
      `${rounds} rounds. Kernel time of sendmmsg(2) includes delivery into the other end's ring.`,
    figures,
    goals: {},
  };
}

/** Sends a batch on one end of a cable and reads it from the ring at the other. */
function wireSteps(steps: Steps, size: number): { round(): void; close(): void } {
  const etherTypes = [ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION] as const;
  const open = (name: string) => openSocket({ interface: name, promiscuous: true, etherTypes });
  const [from, to] = [open("cust0"), open("lan0")];
  const recheckLink = () => {};
  const statistics = newStatistics();
  const ring = openRing({ fd: to.fd, mtu: 1500, frames: 4096, statistics, recheckLink });
  for (const socket of [from, to]) bindSocket(socket);
  const batch = new TransmitBatch({ fd: from.sendFd, statistics: newStatistics(), recheckLink });
  const body: Region = pinnedRegion(BATCH * size);
  const words = new Uint32Array(head(size, 0).buffer.slice(0, SESSION_HEADER));
  const nothing = { frame() {}, batchEnd() {}, state() {} };
  return {
    round() {
      timed(steps, "transmit batch: queue and sendmmsg", BATCH, () => {
        for (let i = 0; i < BATCH; i++) {
          batch.queue(words, 0, body, i * size, size - SESSION_HEADER);
        }
        batch.flush();
      });
      timed(steps, "ring receive", BATCH, () => {
        const taken = ring.drain(nothing, BATCH);
        if (taken < BATCH) throw new Error(`The ring had ${taken} of ${BATCH} frames`);
      });
    },
    close() {
      ring.release();
      for (const socket of [from, to]) closeSocket(socket);
    },
  };
}

function head(size: number, id: number): Uint8Array<ArrayBuffer> {
  const flow = { from: "", to: "", source: HOST, destination: AC, id };
  return markedFrame(flow, size - SESSION_HEADER, 0);
}

/** The work on a frame between ring and TLS, and between TLS and the transmit batch. */
function sessionSteps(steps: Steps, size: number): (round: number) => void {
  const table = new SessionTable();
  const peer = newPeer("bench", 0);
  for (let id = 1; id <= SESSIONS; id++) {
    const session = { peer, handle: id, customer: HOST, concentrator: AC, acSessionId: id };
    const wire = { wireSessionId: id, remote: HOST, local: AC, openedAt: 0, names: NO_NAMES };
    const added = table.add((index): Session => ({ index, ...session, ...wire }));
    peer.handles[id] = added.index + 1;
  }
  const length = size - SESSION_HEADER;
  const frames = Array.from({ length: BATCH }, (_, i) => head(size, 1 + i * 7 % SESSIONS));
  const views = frames.map(({ buffer }) => new DataView(buffer));
  const queue = new RecordQueue(() => {});
  const buffer = new Uint8Array(512 * 1024);
  const sink = { session() {}, discovery() {}, control: () => undefined, batchEnd() {} };
  const reader = new RecordReader({ bytes: buffer, view: new DataView(buffer.buffer) }, sink);
  return (round) => {
    timed(steps, "classify and lookup", BATCH, () => {
      for (const view of views) {
        if (sessionFault(view, 0, size) !== undefined || table.lookup(view, 0) < 0) {
          throw new Error("A frame matched no session");
        }
        payloadLength(view, 0);
      }
    });
    timed(steps, "record queue copy", BATCH, () => {
      for (const frame of frames) queue.add(KIND_SESSION, 7, frame, SESSION_HEADER, length, round);
    });
    const written = queue.take(BATCH * (length + RECORD_HEADER));
    buffer.set(written);
    queue.sent();
    timed(steps, "record parse", BATCH, () => reader.received(written.length));
    timed(steps, "lookup by handle and head", BATCH, () => {
      for (let i = 0; i < BATCH; i++) {
        const index = peer.handles[1 + (round + i * 7) % SESSIONS] - 1;
        table.headersView.setUint16(index * HEADER_WORDS * 4 + 18, length);
        table.counters[index * COUNTERS + FRAMES_TO_WIRE]++;
      }
    });
  };
}

/** Measures a TLS write full of records and the reads that receive it, in turn. */
async function tlsSteps(lab: Lab, steps: Steps, size: number, rounds: number): Promise<void> {
  using pair = await tlsPair(lab);
  const bytes = new Uint8Array(WRITE);
  const frames = WRITE / (size - SESSION_HEADER + RECORD_HEADER);
  const space = new Uint8Array(256 * 1024);
  for (let round = 0; round < rounds; round++) {
    let start = performance.now();
    for (let at = 0; at < WRITE;) at += await pair.near.write(bytes.subarray(at));
    note(steps, "TLS write", (performance.now() - start) * 1e6 / frames);
    start = performance.now();
    for (let left = WRITE; left > 0;) left -= await pair.far.read(space) ?? left;
    note(steps, "TLS read", (performance.now() - start) * 1e6 / frames);
  }
}
