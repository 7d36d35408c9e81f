/**
 * QUIC datagrams through the reader: each one is a frame, a fragment of one, a probe, or counted.
 */
import { FRAGMENT_HEADER, KIND_FRAGMENT } from "../../../src/tunnel/datagram/datagram.ts";
import { DatagramReader } from "../../../src/tunnel/datagram/datagram_reader.ts";
import { GROUP, isPacket, isParity, Packer, Parity } from "../../../src/tunnel/datagram/packet.ts";
import { PeerAllowance } from "../../../src/tunnel/peer_allowance.ts";
import { FRAGMENT_AGE, MAX_FRAGMENTS } from "../../../src/tunnel/datagram/reassembly.ts";
import { KIND_CONTROL, MAX_RECORD_BODY, recordHeader } from "../../../src/tunnel/record/record.ts";
import { recordBuffer } from "../../tunnel/memory_connection.ts";
import type { Random } from "../random.ts";
import { must, sameBytes, type Target } from "../target.ts";

/** Offset of datagrams in the buffer; the bytes before it must not change. */
const START = 1_024;
const AROUND = 0xaa;

/**
 * Splits the input: each datagram follows a 16-bit length, and a length of 0xffff advances the
 * time.
 */
function* datagramsOf(input: Uint8Array): Generator<Uint8Array | "wait"> {
  for (let at = 0; at + 2 <= input.length;) {
    const length = input[at] << 8 | input[at + 1];
    at += 2;
    if (length === 0xffff) yield "wait";
    else yield input.slice(at, at += length);
  }
}

function framed(datagram: Uint8Array): number[] {
  return [datagram.length >> 8, datagram.length & 0xff, ...datagram];
}

function built(head: number, rest: readonly number[]): Uint8Array {
  const out = new Uint8Array(4 + rest.length);
  new DataView(out.buffer).setUint32(0, head);
  out.set(rest, 4);
  return out;
}

function half(random: Random): number[] {
  const payload = random.bytes(2 + random.below(40));
  const head = recordHeader(KIND_FRAGMENT, payload.length, random.below(3));
  const number = [0, random.pick([0, 1, MAX_FRAGMENTS])];
  const middle = 1 + random.below(payload.length - 1);
  const parts = [
    built(head, [...number, 0, 0, ...payload.subarray(0, middle)]),
    built(head, [...number, 0, middle, ...payload.subarray(middle)]),
  ];
  if (random.oneIn(2)) parts.reverse();
  return parts.slice(0, random.oneIn(3) ? 1 : 2).flatMap(framed);
}

/** Packets of a row of records, and a parity of them; some are lost. */
function row(random: Random): number[] {
  const count = 1 + random.below(6);
  const records = Array.from({ length: count }, () => {
    const payload = random.bytes(random.below(60));
    return built(recordHeader(0, payload.length, random.below(3)), [...payload]);
  });
  const [datagrams, parity]: [Uint8Array[], Parity] = [[], new Parity()];
  new Packer().pack(Uint8Array.from(records.flatMap((bytes) => [...bytes])), 40, (packet) => {
    if (datagrams.length === GROUP) return;
    datagrams.push(packet.slice());
    parity.add(packet);
  });
  datagrams.push(parity.take().slice());
  return datagrams.filter(() => !random.oneIn(6)).flatMap(framed);
}

function some(random: Random): number[] {
  if (random.oneIn(3)) return half(random);
  if (random.oneIn(6)) return [0xff, 0xff];
  if (random.oneIn(3)) return row(random);
  if (random.oneIn(4)) {
    return framed(built(recordHeader(KIND_CONTROL, 4, 6 + random.below(2)), [0, 0, 0, 1]));
  }
  const payload = random.bytes(random.below(60));
  return framed(built(recordHeader(0, payload.length, random.below(3)), [...payload]));
}

export const datagrams: Target = {
  name: "datagrams",
  text: false,
  maxLength: 4_000,
  dictionary: [0, 1, 2, 3].map((kind) => built(recordHeader(kind, 4, 6), [0, 0, 0, 0])),
  generate: (random) =>
    Uint8Array.from({ length: 1 + random.below(8) }).reduce<Uint8Array>(
      (all) => Uint8Array.from([...all, ...some(random)]),
      new Uint8Array(0),
    ),
  run(input) {
    const given: Uint8Array[] = [];
    const seen = new Watched(given);
    for (const step of datagramsOf(input)) {
      if (step === "wait") seen.now += FRAGMENT_AGE + 1;
      else {
        given.push(step);
        seen.reader.received(step.slice());
      }
    }
    seen.reader.batchEnd();
    seen.mustAddUp();
    return seen.words();
  },
};

/** Whether a datagram is a packet or a parity. */
function isOfRow(datagram: Uint8Array): boolean {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  return isPacket(view) || isParity(view);
}

/** A reader whose output is checked against its input. */
class Watched {
  readonly reader: DatagramReader;
  now = 0;
  #buffer = recordBuffer(START + MAX_RECORD_BODY + 100);
  #given: readonly Uint8Array[];
  #counts: Record<string, number> = {};

  constructor(given: readonly Uint8Array[]) {
    this.#given = given;
    this.#buffer.bytes.fill(AROUND, 0, START);
    const now = () => this.now;
    this.reader = new DatagramReader(this.#buffer, START, {
      session: (handle, offset, length) => this.#frame(handle, offset, length),
      ping: () => this.#count("ping"),
      pong: (number) => {
        if (number === 1) this.#count("pong");
        return number === 1;
      },
      dropped: (reason) => this.#count(reason),
      batchEnd: () => {},
    }, { now, allowance: new PeerAllowance(now) });
  }

  #count(word: string): void {
    this.#counts[word] = (this.#counts[word] ?? 0) + 1;
  }

  #frame(handle: number, offset: number, length: number): void {
    must(
      offset >= START && offset + length <= this.#buffer.bytes.length,
      "a frame is out of bounds",
    );
    const payload = this.#buffer.bytes.slice(offset, offset + length);
    const last = this.#given[this.#given.length - 1];
    if (isOfRow(last)) return this.#count("row"); // packet_test.ts checks its content
    if (last[0] >>> 6 !== KIND_FRAGMENT) {
      must(
        sameBytes(last, built(recordHeader(0, length, handle), [...payload])),
        "a different frame",
      );
      return this.#count("frame");
    }
    this.#count("joined");
    const head = recordHeader(KIND_FRAGMENT, length, handle);
    const number = [last[4], last[5]];
    const fits = (from: number, to: number) =>
      this.#given.some((datagram) =>
        sameBytes(
          datagram,
          built(head, [...number, from >> 8, from & 0xff, ...payload.subarray(from, to)]),
        )
      );
    const from = last[6] << 8 | last[7];
    const part = last.length - FRAGMENT_HEADER;
    const whole = from === 0
      ? fits(0, part) && fits(part, length)
      : fits(0, from) && fits(from, length);
    must(whole, "a frame was joined from fragments of different frames");
  }

  /** Checks that every datagram is accounted for once, and that at most 64 fragments wait. */
  mustAddUp(): void {
    const around = this.#buffer.bytes.subarray(0, START).every((byte) => byte === AROUND);
    must(around, "bytes before the datagrams were overwritten");
    if (this.#given.some(isOfRow)) return;
    const of = (word: string): number => this.#counts[word] ?? 0;
    const singles = [
      "frame",
      "ping",
      "pong",
      "datagram-malformed",
      "fragment-duplicate",
      "fragment-late",
    ];
    const once = [...singles, "fragment-lost"].reduce((sum, word) => sum + of(word), 0);
    const waiting = this.#given.length - once - 2 * of("joined") - 2 * of("fragment-mismatch");
    must(waiting >= 0 && waiting <= MAX_FRAGMENTS, `${waiting} datagrams are not accounted for`);
  }

  words(): string[] {
    return Object.keys(this.#counts);
  }
}
