import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  encodeFilter,
  exceptTo,
  type Instruction,
  onlyTo,
  pppoeFilter,
  TAGGED_CAPTURE,
} from "../../../ffi/socket/bpf.ts";
import { MAX_SHARDS, shardAddress, shardOf } from "../../../ffi/link/shard_address.ts";

/** The kernel's data about a packet. */
interface Packet {
  etherType: number;
  /** The EtherType behind a tag that is still in the frame. */
  inner?: number;
  /** PACKET_HOST 0, PACKET_BROADCAST 1, PACKET_OTHERHOST 3, PACKET_OUTGOING 4. */
  type: number;
  /** The tag control information of the 802.1Q tag, if the frame had one. */
  tag?: number | undefined;
  /** Destination address. */
  to?: Uint8Array;
}

/** Runs a filter as the kernel does; knows only the instructions that ours uses. */
function run(program: readonly Instruction[], packet: Packet): number {
  let accumulator = 0;
  for (let pc = 0; pc < program.length; pc++) {
    const [code, jt, jf, k] = program[pc];
    if (code === 0x06) return k;
    if (code === 0x15) pc += accumulator === k ? jt : jf;
    else if (code === 0x54) accumulator &= k;
    else accumulator = load(code, k, packet);
  }
  throw new Error("The filter does not end with a return");
}

function load(code: number, k: number, packet: Packet): number {
  if (code === 0x20 && k === 0xfffff000 + 48) return packet.tag === undefined ? 0 : 1;
  if (code === 0x20 && k === 0xfffff000 + 44) return packet.tag ?? 0;
  if (code === 0x20 && k === 0xfffff000 + 4) return packet.type;
  if (code === 0x28 && k === 12) return packet.etherType;
  if (code === 0x28 && k === 16) return packet.inner ?? 0;
  const { to = new Uint8Array(6) } = packet;
  if (code === 0x20 && k === 2) return new DataView(to.buffer).getUint32(2);
  if (code === 0x28 && k === 0) return new DataView(to.buffer).getUint16(0);
  throw new Error(`Unknown instruction: ${code} ${k}`);
}

Deno.test("V0: the filter accepts received frames of the two EtherTypes that belong to no VLAN", () => {
  const program = pppoeFilter([0x8863, 0x8864]);
  for (const etherType of [0x8863, 0x8864, 0x0800, 0x8100, 0x8862, 0x8865]) {
    for (const type of [0, 1, 2, 3, 4]) {
      // None; priority 0 and 7, drop eligible; VLANs 1 and 4095.
      for (const tag of [undefined, 0, 0xe000, 0x1000, 1, 0xffff]) {
        const ours = (etherType === 0x8863 || etherType === 0x8864) && type !== 4;
        const ofVlan = tag !== undefined && (tag & 0xfff) !== 0;
        const length = run(program, { etherType, type, tag });
        const facts = JSON.stringify({ etherType, type, tag });
        assertEquals(length >= 0xffff, ours && !ofVlan, facts);
        assertEquals(length === TAGGED_CAPTURE, ours && ofVlan, facts);
        assertEquals(length > 0, ours, facts);
      }
    }
  }
});

Deno.test("V0: of a frame with a tag that the kernel leaves in it only enough to count is captured", () => {
  const program = pppoeFilter([0x8863, 0x8864]);
  for (const etherType of [0x8100, 0x88a8, 0x9100, 0x0800]) {
    for (const inner of [0x8863, 0x8864, 0x0800, 0x8100]) {
      for (const tag of [undefined, 0, 5]) {
        for (const type of [0, 4]) {
          const isOurs = etherType !== 0x0800 && (inner === 0x8863 || inner === 0x8864);
          const expected = isOurs && type !== 4 ? TAGGED_CAPTURE : 0;
          const facts = JSON.stringify({ etherType, inner, tag, type });
          assertEquals(run(program, { etherType, inner, tag, type }), expected, facts);
        }
      }
    }
  }
});

Deno.test("the filter accepts the given EtherTypes", () => {
  const program = pppoeFilter([0x3c12, 0x3c13]);
  const passes = (etherType: number) => run(program, { etherType, type: 0 }) > 0;
  assertEquals([0x3c12, 0x3c13, 0x8863, 0x8864].map(passes), [true, true, false, false]);
});

Deno.test("an instruction is encoded as struct sock_filter", () => {
  const bytes = encodeFilter([[0x15, 2, 3, 0x8863], [0x06, 0, 0, 0x40000]]);
  assertEquals([...bytes.subarray(0, 8)], [0x15, 0, 2, 3, 0x63, 0x88, 0, 0]);
  assertEquals([...bytes.subarray(8)], [0x06, 0, 0, 0, 0, 0, 4, 0]);
});

const station = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => {
  const address = new Uint8Array(bytes);
  address[0] &= 0xfe;
  return address;
});

Deno.test("of all shards of an interface, exactly one receives a frame, whatever its destination", () => {
  const own = pppoeFilter([0x8863, 0x8864]);
  fc.assert(fc.property(
    station,
    station,
    fc.integer({ min: 1, max: MAX_SHARDS }),
    fc.nat(MAX_SHARDS),
    (mac, other, count, at) => {
      const addresses = Array.from({ length: count }, (_, index) => shardAddress(mac, index));
      const programs = addresses.map((address, index) =>
        index === 0 ? exceptTo(addresses.slice(1), own) : onlyTo(address, own)
      );
      const to = addresses[at] ?? other;
      const packet = { etherType: 0x8864, type: 0, to };
      const receivers = programs.flatMap((program, index) =>
        run(program, packet) > 0 ? [index] : []
      );
      assertEquals(receivers, [Math.max(0, shardOf(mac, count, to))]);
    },
  ));
});

Deno.test("shards have different addresses, none of a group, and all but the first local ones", () => {
  fc.assert(fc.property(station, (mac) => {
    const all = Array.from({ length: MAX_SHARDS }, (_, index) => shardAddress(mac, index));
    assertEquals(new Set(all.map((address) => address.toHex())).size, MAX_SHARDS);
    assertEquals(all.every(([first]) => (first & 1) === 0), true);
    assertEquals(all.slice(1).every(([first]) => (first & 2) === 2), true);
    assertEquals(all[0], mac);
  }));
});
