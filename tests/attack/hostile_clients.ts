/** Attacks by a malicious but authenticated client. */
import { CODE_PADI, CODE_PADR } from "../../src/pppoe/constants.ts";
import { encodeDiscovery } from "../../src/pppoe/frame.ts";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { encodeTags } from "../../src/pppoe/tags.ts";
import {
  encodePing,
  encodePong,
  MAX_FRAGMENT,
  writeFragment,
} from "../../src/tunnel/datagram/datagram.ts";
import {
  ControlType,
  KIND_CONTROL,
  KIND_DISCOVERY,
  KIND_SESSION,
} from "../../src/tunnel/record/record.ts";
import { encodeSessionList, type ListedSession } from "../../src/tunnel/session_list.ts";
import { record } from "../proxy/raw_client.ts";
import type { OwnClient } from "./own_client.ts";

/** Time limit for the server to end a tunnel on a loaded machine, in milliseconds. */
const UNTIL_ENDED = 30_000;
/** Number of copies of a record in one write. */
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

/** Returns the records of a session list; without `last`, the list does not end. */
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

/** One such attack. */
export interface HostileClient {
  name: string;
  /** Sends the attack's data until the server disconnects, or for two seconds. */
  run(client: OwnClient): Promise<unknown>;
  /** Matches the reason for the tunnel's end in the server's log. */
  end?: RegExp;
}

async function endlessly(client: OwnClient, bytes: Uint8Array): Promise<void> {
  const deadline = performance.now() + 2_000;
  while (performance.now() < deadline && await client.send(bytes, deadline)) { /* again */ }
}

/** Sends these datagrams in turn after an empty list, until the server disconnects. */
async function datagramsEndlessly(client: OwnClient, all: readonly Uint8Array[]): Promise<void> {
  await client.send(EMPTY_LIST);
  const deadline = performance.now() + UNTIL_ENDED;
  for (let i = 0; await client.sendDatagram(all[i % all.length], deadline); i++) {
    if (performance.now() >= deadline) return;
    // Small ones find room without a wait, and QUIC sends them from this process's event loop.
    if (i % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function byDatagrams(name: string, all: readonly Uint8Array[]): HostileClient {
  const run = (client: OwnClient) => datagramsEndlessly(client, all);
  return { name: `endless datagrams: ${name}`, run, end: /datagram-rate/ };
}

/** First fragments of frames, without the second ones. */
const HALVES = Array.from({ length: 256 }, (_, frame) => {
  const half = new DataView(new ArrayBuffer(MAX_FRAGMENT));
  return new Uint8Array(
    half.buffer,
    0,
    writeFragment(half, 7, frame, new Uint8Array(1_000), [0, 500]),
  );
});

/** Attacks by datagrams, over QUIC only. */
export const DATAGRAM_CLIENTS: readonly HostileClient[] = [
  byDatagrams("empty ones of an unknown session", [record(KIND_SESSION, 7, new Uint8Array(0))]),
  byDatagrams("40 bytes of an unknown session", [record(KIND_SESSION, 7, new Uint8Array(40))]),
  byDatagrams("1,000 bytes of an unknown session", [
    record(KIND_SESSION, 7, new Uint8Array(1_000)),
  ]),
  byDatagrams("malformed ones of one byte", [new Uint8Array(1)]),
  byDatagrams("pings", Array.from({ length: 256 }, (_, i) => encodePing(i))),
  byDatagrams("unexpected pongs", [encodePong(0x7fff_ffff, undefined)]),
  byDatagrams("first fragments without second ones", HALVES),
];

/** All attacks over TLS. */
export const HOSTILE_CLIENTS: readonly HostileClient[] = [
  {
    name: "70,000 empty pings with unread pongs",
    run: (client) =>
      client.send(repeated(record(KIND_CONTROL, ControlType.ping, new Uint8Array(0)), 70_000)),
    end: /ping-rate/,
  },
  {
    name: "pings of 1,024 bytes at the allowed rate with unread pongs",
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
    name: "an endless empty list",
    run: (client) => endlessly(client, repeated(list(0, false), AT_ONCE)),
    end: /sessions-unreadable/,
  },
  {
    name: "a list of 10,000 unknown sessions with unread answers",
    run: (client) => client.send(list(10_000, true)),
  },
  {
    name: "100,000 PADRs",
    run: async (client) => {
      await client.send(EMPTY_LIST);
      await client.send(packet(CODE_PADI));
      await client.send(repeated(packet(CODE_PADR), 100_000), performance.now() + UNTIL_ENDED);
    },
    end: /discovery-rate/,
  },
  {
    name: "empty records of an unknown session",
    run: async (client) => {
      await client.send(EMPTY_LIST);
      await endlessly(client, repeated(record(KIND_SESSION, 7, new Uint8Array(0)), AT_ONCE));
    },
  },
];
