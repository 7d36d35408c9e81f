/** What a client does that has a secret and means harm. */
import { CODE_PADI, CODE_PADR } from "../../src/pppoe/constants.ts";
import { encodeDiscovery } from "../../src/pppoe/frame.ts";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { encodeTags } from "../../src/pppoe/tags.ts";
import { encodeProbe, MAX_HALF, writeHalf } from "../../src/tunnel/datagram.ts";
import {
  ControlType,
  KIND_CONTROL,
  KIND_DISCOVERY,
  KIND_SESSION,
} from "../../src/tunnel/record.ts";
import { encodeSessionList, type ListedSession } from "../../src/tunnel/session_list.ts";
import { record } from "../proxy/raw_client.ts";
import type { OwnClient } from "./own_client.ts";

/** How often one record is written at once. */
const AT_ONCE = 4_096;

function repeated(one: Uint8Array, count: number): Uint8Array {
  const all = new Uint8Array(one.length * count);
  for (let i = 0; i < count; i++) all.set(one, i * one.length);
  return all;
}

function sessions(count: number): ListedSession[] {
  return Array.from({ length: count }, (_, i) => ({
    handle: i % 0xffff + 1,
    acSessionId: i % 0xffff + 1,
    customer: 0x02_00_00_00_00_c1 + i,
    concentrator: 0x02_00_00_00_00_a1,
  }));
}

/** The records of a list; without `last`, one that goes on. */
function list(count: number, last: boolean): Uint8Array {
  const bodies = encodeSessionList(sessions(count));
  if (!last) { for (const body of bodies) body[0] = 0; }
  const records = bodies.map((body) => record(KIND_CONTROL, ControlType.sessions, body));
  return Uint8Array.from(records.flatMap((one) => [...one]));
}

function packet(code: number): Uint8Array {
  const [destination, source] = [code === CODE_PADI ? BROADCAST : 0x02_00_00_00_00_a1, 0x02_e1];
  const tags = encodeTags([{ type: 0x0101, value: new Uint8Array(0) }]);
  const frame = encodeDiscovery({ destination, source, code, sessionId: 0, tags });
  return record(KIND_DISCOVERY, 0, frame);
}

const EMPTY_LIST = list(0, true);

/** One way to mean harm. */
export interface HostileClient {
  name: string;
  /** What is sent, over and over again until the server has hung up or for two seconds. */
  run(client: OwnClient): Promise<unknown>;
  /** The words with which the server's log says that the tunnel ended. */
  end?: RegExp;
}

async function endlessly(client: OwnClient, bytes: Uint8Array): Promise<void> {
  const deadline = performance.now() + 2_000;
  while (performance.now() < deadline && await client.send(bytes, deadline)) { /* again */ }
}

/** Sends datagrams in turn, without end, after an empty list. */
async function datagramsEndlessly(client: OwnClient, all: readonly Uint8Array[]): Promise<void> {
  await client.send(EMPTY_LIST);
  const deadline = performance.now() + 2_000;
  for (let i = 0; await client.sendDatagram(all[i % all.length], deadline); i++) {
    if (performance.now() >= deadline) return;
  }
}

function byDatagrams(name: string, all: readonly Uint8Array[]): HostileClient {
  const run = (client: OwnClient) => datagramsEndlessly(client, all);
  return { name: `datagrams without end: ${name}`, run, end: /datagram-rate/ };
}

/** First halves of frames, none of which has a second one. */
const HALVES = Array.from({ length: 256 }, (_, frame) => {
  const half = new DataView(new ArrayBuffer(MAX_HALF));
  return new Uint8Array(half.buffer, 0, writeHalf(half, 7, frame, new Uint8Array(1_000), [0, 500]));
});

/** Those that send datagrams, over QUIC alone. */
export const DATAGRAM_CLIENTS: readonly HostileClient[] = [
  byDatagrams("empty ones of no session", [record(KIND_SESSION, 7, new Uint8Array(0))]),
  byDatagrams("40 bytes of no session", [record(KIND_SESSION, 7, new Uint8Array(40))]),
  byDatagrams("1,000 bytes of no session", [record(KIND_SESSION, 7, new Uint8Array(1_000))]),
  byDatagrams("malformed ones of one byte", [new Uint8Array(1)]),
  byDatagrams("pings", Array.from({ length: 256 }, (_, i) => encodeProbe("ping", i))),
  byDatagrams("pongs that nobody asked for", [encodeProbe("pong", 0x7fff_ffff)]),
  byDatagrams("halves that stay alone", HALVES),
];

/** All of them. */
export const HOSTILE_CLIENTS: readonly HostileClient[] = [
  {
    name: "70,000 empty pings whose pongs nobody reads",
    run: (client) =>
      client.send(repeated(record(KIND_CONTROL, ControlType.ping, new Uint8Array(0)), 70_000)),
    end: /ping-rate/,
  },
  {
    name: "pings of 1,024 bytes at the rate that is allowed, whose pongs nobody reads",
    run: async (client) => {
      await client.send(EMPTY_LIST);
      await client.send(
        repeated(record(KIND_CONTROL, ControlType.ping, new Uint8Array(1_024)), 60),
      );
    },
  },
  {
    name: "a list of 61,425 sessions",
    run: (client) => client.send(list(61_425, true)),
    end: /sessions-too-many/,
  },
  {
    name: "a list that never ends",
    run: (client) => endlessly(client, list(63, false)),
    end: /sessions-too-many/,
  },
  {
    name: "an endless list of nothing",
    run: (client) => endlessly(client, repeated(list(0, false), AT_ONCE)),
    end: /sessions-unreadable/,
  },
  {
    name: "a list of 10,000 sessions that the server does not know, whose ends nobody reads",
    run: (client) => client.send(list(10_000, true)),
  },
  {
    name: "100,000 PADRs",
    run: async (client) => {
      await client.send(EMPTY_LIST);
      await client.send(packet(CODE_PADI));
      await client.send(repeated(packet(CODE_PADR), 100_000), performance.now() + 5_000);
    },
    end: /discovery-rate/,
  },
  {
    name: "session records of no session, of 0 bytes each",
    run: async (client) => {
      await client.send(EMPTY_LIST);
      await endlessly(client, repeated(record(KIND_SESSION, 7, new Uint8Array(0)), AT_ONCE));
    },
  },
];
