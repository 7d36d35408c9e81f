/** One AF_PACKET socket (packet(7)). */
import { exceptTo, type Instruction, onlyTo, pppoeFilter } from "../socket/bpf.ts";
import { SystemError, unwrap } from "../errno.ts";
import { type InterfaceFacts, readInterface } from "../socket/interface.ts";
import { libc } from "../libc.ts";
import type { LinkOptions, LinkStatistics } from "./link.ts";
import type { ArrivalCounts } from "./ring_watch.ts";
import { type Shard, shardAddress } from "./shard_address.ts";
import { attachFilter } from "../socket/socket_filter.ts";

const AF_PACKET = 17;
const SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0o4000 | 0o2000000;
/**
 * ETH_P_ALL in network byte order: a socket for one EtherType would see nothing on a bridge port.
 */
const ETH_P_ALL = 0x0300;

const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;

export const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_STATISTICS = 6;
const PACKET_VNET_HDR = 15;
const PACKET_IGNORE_OUTGOING = 23;
const PACKET_MR_PROMISC = 1;
const PACKET_MR_UNICAST = 3;

/** Room in the kernel for a burst of about 1,800 full frames, in bytes. */
const SOCKET_BUFFER = 4 * 1024 * 1024;

/** Two sockets of an interface: one only receives and is bound later, the other only sends. */
export interface PacketSocket {
  readonly fd: number;
  /** Separate, because PACKET_VNET_HDR would require a header on every sent frame as well. */
  readonly sendFd: number;
  facts: InterfaceFacts;
}

/**
 * Opens both sockets and sets all options. The receiving one is not bound: a ring has to be set up
 * before `bindSocket`. Throws SystemError, and TypeError if the interface is not Ethernet.
 */
export function openSocket(options: LinkOptions): PacketSocket {
  const name = options.interface;
  const subject = `open interface "${name}"`;
  const facts = readFacts(options);
  if (!facts.ethernet) throw new TypeError(`Cannot ${subject}: not an Ethernet interface`);
  const [fd, sendFd] = [newSocket(subject), -1];
  const socket = { fd, sendFd, facts };
  try {
    filterFrames(socket, options);
    setOption(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, int(1), "PACKET_IGNORE_OUTGOING", subject);
    setOption(fd, SOL_PACKET, PACKET_VNET_HDR, int(1), "PACKET_VNET_HDR", subject);
    if (options.promiscuous) join(socket, PACKET_MR_PROMISC);
    setBuffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
    socket.sendFd = newSocket(subject);
    setBuffer(socket.sendFd, SO_SNDBUFFORCE, SO_SNDBUF);
    bindTo(socket.sendFd, facts, 0);
    return socket;
  } catch (error) {
    closeSocket(socket);
    throw error;
  }
}

/** Reads the interface's properties, with the address that is ours on it. Throws SystemError. */
export function readFacts({ interface: name, shard }: LinkOptions): InterfaceFacts {
  const facts = readInterface(name);
  return shard === undefined ? facts : { ...facts, mac: shardAddress(facts.mac, shard.index) };
}

/** Makes the socket receive the frames that are ours by their EtherType and destination. */
export function filterFrames(socket: PacketSocket, { etherTypes, shard }: LinkOptions): void {
  const { fd, facts } = socket;
  const own = pppoeFilter(etherTypes);
  const program = shard === undefined ? own : shardFilter(facts.mac, shard, own);
  const subject = `open interface "${facts.name}"`;
  unwrap(attachFilter(fd, program), "setsockopt(SO_ATTACH_FILTER)", subject);
  if (shard !== undefined && shard.index > 0) join(socket, PACKET_MR_UNICAST);
}

function shardFilter(mac: Uint8Array, { index, count }: Shard, own: Instruction[]): Instruction[] {
  if (index > 0) return onlyTo(mac, own);
  const others = Array.from({ length: count - 1 }, (_, i) => shardAddress(mac, i + 1));
  return exceptTo(others, own);
}

/** Binds the receiving socket to the interface; frames arrive from here on. */
export function bindSocket({ fd, facts }: PacketSocket): void {
  bindTo(fd, facts, ETH_P_ALL);
}

/** Closes both sockets. */
export function closeSocket({ fd, sendFd }: PacketSocket): void {
  libc().close(fd);
  if (sendFd >= 0) libc().close(sendFd);
}

/**
 * Closes both sockets on threads of Deno's pool. The kernel waits for all cores before it releases
 * a packet socket (synchronize_net in packet_release), 10 ms and more for each.
 */
export async function closeSocketAside({ fd, sendFd }: PacketSocket): Promise<void> {
  await Promise.all([fd, sendFd].map((one) => libc().closeAside(one)));
}

function newSocket(subject: string): number {
  const fd = libc().socket(AF_PACKET, SOCK_RAW_NONBLOCK_CLOEXEC, 0);
  return unwrap(fd, "socket(AF_PACKET)", subject);
}

/** Binds a socket. `protocol` is in network byte order; 0 receives nothing. */
function bindTo(fd: number, { name, index }: InterfaceFacts, protocol: number): void {
  const address = new Uint8Array(20); // struct sockaddr_ll
  const view = new DataView(address.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, protocol, true);
  view.setInt32(4, index, true);
  const subject = `open interface "${name}"`;
  unwrap(libc().bind(fd, address, address.length), "bind(AF_PACKET)", subject);
}

/** Sets a socket option; throws SystemError. */
export function setOption(
  fd: number,
  level: number,
  option: number,
  value: Uint8Array<ArrayBuffer>,
  name: string,
  subject: string,
): void {
  unwrap(
    libc().setsockopt(fd, level, option, value, value.length),
    `setsockopt(${name})`,
    subject,
  );
}

/** Adds the kernel's drops since the last call, which resets its counters, and returns the counts. */
export function readKernelDrops(fd: number, statistics: LinkStatistics): ArrivalCounts {
  const value = new Uint32Array(2); // struct tpacket_stats { tp_packets, tp_drops }
  const length = new Uint32Array([value.byteLength]);
  const bytes = new Uint8Array(value.buffer);
  if (libc().getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, bytes, length) !== 0) value.fill(0);
  const [all, dropped] = value;
  statistics.kernelDrops += dropped;
  return { accepted: all - dropped, dropped };
}

/** Returns and clears the socket's pending error; 0 if none. The kernel reports each only once. */
export function takeError(fd: number): number {
  const value = new Int32Array(1);
  libc().getsockopt(fd, SOL_SOCKET, SO_ERROR, value, new Uint32Array([4]));
  return value[0];
}

/** Index of the interface that the socket is bound to; -1 once that interface is deleted. */
export function boundIndex(fd: number): number {
  const address = new Uint8Array(20); // struct sockaddr_ll
  if (libc().getsockname(fd, address, new Uint32Array([address.length])) !== 0) return -1;
  return new DataView(address.buffer).getInt32(4, true);
}

/** Whether an error means that the interface is not usable at the moment. */
export function isLinkGone(error: unknown): boolean {
  return error instanceof SystemError && ["ENODEV", "ENXIO", "ENETDOWN"].includes(error.code);
}

/** Makes the interface receive all frames, or those to the socket's address too (packet(7)). */
function join({ fd, facts }: PacketSocket, type: number): void {
  const request = new Uint8Array(16); // struct packet_mreq
  const view = new DataView(request.buffer);
  view.setInt32(0, facts.index, true);
  view.setUint16(4, type, true);
  view.setUint16(6, facts.mac.length, true);
  request.set(facts.mac, 8);
  const subject = `open interface "${facts.name}"`;
  setOption(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, request, "PACKET_ADD_MEMBERSHIP", subject);
}

/** Sets a buffer to the wanted size with CAP_NET_ADMIN, otherwise up to the system's limit. */
function setBuffer(fd: number, force: number, ordinary: number): void {
  const value = int(SOCKET_BUFFER);
  if (libc().setsockopt(fd, SOL_SOCKET, force, value, 4) === 0) return;
  libc().setsockopt(fd, SOL_SOCKET, ordinary, value, 4);
}

/** Encodes a number as the value of a socket option. */
export function int(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Int32Array([value]).buffer);
}
