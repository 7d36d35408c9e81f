/**
 * The classic BPF program of a QUIC server's UDP socket (linux/filter.h). Of all that a stranger
 * can send, packets that begin a connection cost the process most, and their source address may be
 * forged. This filter stops a flood of them in the kernel.
 */
import type { Instruction } from "./bpf.ts";

const LD_W_ABS = 0x20;
const LD_B_ABS = 0x30;
const LD_W_LEN = 0x80;
const MUL = 0x24;
const AND = 0x54;
const XOR_X = 0xac;
const JA = 0x05;
const JEQ = 0x15;
const JGT = 0x25;
const JGE = 0x35;
const JSET = 0x45;
const RET = 0x06;
const TAX = 0x07;

/** Ancillary data of the kernel (SKF_AD_OFF): a random number. */
const RANDOM = 0xfffff000 + 56;
/** Offset of the network header (SKF_NET_OFF), and of the source address in it. */
const NETWORK = 0xfff00000;
const IPV4_SOURCE = NETWORK + 12;
const IPV6_SOURCE = NETWORK + 8;
/** Length of the UDP header; a filter sees the datagram from there on. Bytes. */
const UDP = 8;

/** RFC 9000 section 17.2: a long header, its version and, in version 1, its packet type. */
const LONG_HEADER = 0x80;
const VERSION_1 = 1;
const TYPE = 0x30;
const TYPE_INITIAL = 0x00;
const TYPE_HANDSHAKE = 0x20;
/** RFC 9000 section 14.1: minimum length of a datagram with a client's Initial, in bytes. */
const SHORTEST_INITIAL = 1_200;
/** Maximum length of one datagram on an Internet path; a longer one was coalesced (UDP_GRO). */
const LONGEST_DATAGRAM = 1_500;

const WHOLE = 0x40000;
const DROP = 0;
/** Keys per block: a conditional jump skips at most 255 instructions. */
const CHUNK = 200;

/** A known network: an IPv4 address, or the upper half of an IPv6 address. */
export type FilterNetwork = readonly [ipv4: number] | readonly [high: number, low: number];

/** Which packets that begin connections a filter accepts. */
export interface InitialFilter {
  /** Share accepted from unknown networks, 0 to 1. */
  share: number;
  /** Networks from which all are accepted. */
  networks: readonly FilterNetwork[];
  /**
   * Whether datagrams that the kernel coalesced count as packets that begin a connection, because
   * they could hide some. False while `networks` may lack a client's network.
   */
  joined: boolean;
  /** Two secret odd 32-bit numbers that key the digests of IPv6 networks. */
  seeds: readonly [number, number];
}

interface Line {
  label?: string;
  code: number;
  k?: number;
  /** Label to jump to if the condition holds, and if not; by default the next line. */
  then?: string;
  otherwise?: string;
}

/**
 * Builds the program. It drops long headers of other versions, packet types that no client sends,
 * and Initials that are too short.
 */
export function initialFilter(filter: InitialFilter): Instruction[] {
  const gated = filter.share < 1;
  return assemble([
    { code: LD_B_ABS, k: UDP },
    { code: JSET, k: LONG_HEADER, otherwise: "other" },
    { code: LD_W_ABS, k: UDP + 1 },
    { code: JEQ, k: VERSION_1, otherwise: "drop" },
    { code: LD_B_ABS, k: UDP },
    { code: AND, k: TYPE },
    { code: JEQ, k: TYPE_HANDSHAKE, then: "other" },
    { code: JEQ, k: TYPE_INITIAL, otherwise: "drop" },
    { code: LD_W_LEN },
    { code: JGE, k: UDP + SHORTEST_INITIAL, then: "initial", otherwise: "drop" },
    { label: "other", code: LD_W_LEN },
    { code: JGT, k: UDP + LONGEST_DATAGRAM, then: gated && filter.joined ? "initial" : "pass" },
    { label: "pass", code: RET, k: WHOLE },
    { label: "drop", code: RET, k: DROP },
    ...(gated ? gate(filter) : [{ label: "initial", code: RET, k: WHOLE }]),
  ]);
}

function gate({ share, networks, seeds }: InitialFilter): Line[] {
  const ipv4 = networks.flatMap((network) => network.length === 1 ? [network[0]] : []);
  const ipv6 = networks.flatMap((network) =>
    network.length === 2 ? [digest(network[0], network[1], seeds)] : []
  );
  return [
    { label: "initial", code: LD_B_ABS, k: NETWORK },
    { code: AND, k: 0xf0 },
    { code: JEQ, k: 0x40, then: "ipv4" },
    { code: JA, then: "ipv6" },
    { label: "ipv4", code: LD_W_ABS, k: IPV4_SOURCE },
    ...anyOf(ipv4, "host"),
    { code: JA, then: "chance" },
    { label: "ipv6", code: LD_W_ABS, k: IPV6_SOURCE },
    { code: MUL, k: seeds[0] },
    { code: TAX },
    { code: LD_W_ABS, k: IPV6_SOURCE + 4 },
    { code: MUL, k: seeds[1] },
    { code: XOR_X },
    ...anyOf(ipv6, "network"),
    { label: "chance", code: LD_W_ABS, k: RANDOM },
    { code: JGE, k: Math.floor(Math.max(0, share) * 0xffff_ffff), then: "refuse" },
    { code: RET, k: WHOLE },
    { label: "refuse", code: RET, k: DROP },
  ];
}

/** 32-bit digest of an IPv6 network: without the seeds, a collision cannot be computed. */
function digest(high: number, low: number, seeds: readonly [number, number]): number {
  return (Math.imul(high, seeds[0]) ^ Math.imul(low, seeds[1])) >>> 0;
}

/** Accepts a packet if the accumulator equals one of the keys, and continues if not. */
function anyOf(keys: readonly number[], name: string): Line[] {
  const lines: Line[] = [];
  for (let at = 0; at < keys.length; at += CHUNK) {
    const [found, next] = [`${name} ${at} found`, `${name} ${at} next`];
    for (const k of keys.slice(at, at + CHUNK)) lines.push({ code: JEQ, k: k >>> 0, then: found });
    lines.push({ code: JA, then: next }, { label: found, code: RET, k: WHOLE });
    // The label needs an instruction: a jump to the next one, which has no effect.
    lines.push({ label: next, code: JA });
  }
  return lines;
}

/** Replaces labels with jump distances. */
function assemble(lines: readonly Line[]): Instruction[] {
  const places = new Map(
    lines.flatMap(({ label }, at) => label === undefined ? [] : [[label, at]]),
  );
  return lines.map(({ code, k = 0, then, otherwise }, at) => {
    const far = (label: string | undefined): number => {
      const to = label === undefined ? at + 1 : places.get(label) ?? -1;
      if (to <= at) throw new RangeError(`Cannot jump to "${label}": it is not further down`);
      return to - at - 1;
    };
    if (code === JA) return [code, 0, 0, far(then)];
    const [jt, jf] = [far(then), far(otherwise)];
    if (jt > 255 || jf > 255) throw new RangeError("Cannot jump over more than 255 instructions");
    return [code, jt, jf, k >>> 0];
  });
}
