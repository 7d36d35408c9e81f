/** TCP options that Deno does not offer, set on a socket of this process. */
import { setLowWater } from "./accepted_socket.ts";
import { encodeFilter } from "./bpf.ts";
import { EBADF } from "./errno.ts";
import { errno, libc } from "./libc.ts";
import { pinnedRegion, writeAddress } from "./memory.ts";

const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_LINGER2 = 8;
const TCP_NOTSENT_LOWAT = 25;
const AF_INET = 2;
const AF_INET6 = 10;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_REUSEPORT = 15;
const SO_ACCEPTCONN = 30;
const SO_RCVBUFFORCE = 33;
const SO_ATTACH_REUSEPORT_CBPF = 51;
const RET = 0x06;
/** The kernel gives the lowest free number: behind a gap of this many nothing is open. */
const GAP = 1024;
/** What waits in the kernel can be neither reordered nor dropped, so that it is kept short. Bytes. */
const UNSENT_LIMIT = 32 * 1024;

/**
 * Sets two options (tcp(7)) on this process's TCP sockets of a local port; what a listening socket
 * accepts inherits them. TCP_NODELAY: without it Nagle's algorithm delays every small batch by up
 * to 40 ms. TCP_NOTSENT_LOWAT: without it megabytes wait in the kernel on a slow path. Returns how
 * many sockets were found.
 */
export function tuneSocketsOf(port: number): number {
  const set = (fd: number, option: number, value: number): boolean =>
    setNumber(fd, IPPROTO_TCP, option, value);
  return socketsOf(port).filter((fd) =>
    set(fd, TCP_NODELAY, 1) && set(fd, TCP_NOTSENT_LOWAT, UNSENT_LIMIT)
  ).length;
}

/** More than a ClientHello has, and less than a socket's buffer holds by default. Bytes. */
const HELD_BACK = 32 * 1024;
/** Seconds that the kernel waits for the FIN of a peer that we have hung up on. */
const ORPHAN_SECONDS = 2;
/** Connections that wait to be accepted; the kernel bounds it by net.core.somaxconn. */
const BACKLOG = 1_024;

/**
 * Prepares a listening socket for strangers. Deno learns of what an accepted connection has
 * received only when `AcceptedSocket.release` says so, or when there are 32 KiB; a burst of
 * connections waits in the kernel; and connections that were hung up on are soon forgotten.
 */
export function guardListener(port: number): void {
  for (const fd of listeningOf(port)) {
    setLowWater(fd, HELD_BACK);
    setNumber(fd, IPPROTO_TCP, TCP_LINGER2, ORPHAN_SECONDS);
    libc().listen(fd, BACKLOG);
  }
}

/** Lets a second socket listen on a port, beside those of this process (socket(7), SO_REUSEPORT). */
export function sharePort(port: number): void {
  for (const fd of listeningOf(port)) setNumber(fd, SOL_SOCKET, SO_REUSEPORT, 1);
}

/**
 * Has the kernel give all new connections to the first or the second of two sockets that listen on
 * one address; by itself it spreads them over both. A closed one's place is taken by the last.
 */
export function preferListener(port: number, which: "first" | "second"): void {
  const code = pinnedRegion(8);
  code.bytes.set(encodeFilter([[RET, 0, 0, which === "first" ? 0 : 1]]));
  const program = new Uint8Array(16); // struct sock_fprog { u16 len; struct sock_filter *filter }
  const view = new DataView(program.buffer);
  view.setUint16(0, 1, true);
  writeAddress(view, 8, code, 0);
  for (const fd of listeningOf(port)) {
    // Where it is refused, both get connections until one is closed.
    libc().setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program, program.length);
  }
  if (code.bytes.length === 0) throw new Error("Unreachable"); // keeps `code` alive until here
}

/**
 * Lets a socket of a local port hold so many bytes of what has come, as the kernel counts them; a
 * process without CAP_NET_ADMIN gets no more than net.core.rmem_max (socket(7), SO_RCVBUF).
 */
export function widenReceiveQueue(port: number, bytes: number): void {
  for (const fd of socketsOf(port)) {
    if (!setNumber(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes)) {
      setNumber(fd, SOL_SOCKET, SO_RCVBUF, bytes);
    }
  }
}

function listeningOf(port: number): number[] {
  const four = new Uint32Array([4]);
  const listens = new Int32Array(1);
  return socketsOf(port).filter((fd) =>
    libc().getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, listens, four) === 0 && listens[0] === 1
  );
}

/** The numbers of this process's sockets of a local port. */
export function socketsOf(port: number): number[] {
  const found: number[] = [];
  // Listing /proc/self/fd would take all of Deno's permissions; asking the kernel takes none.
  let gap = 0;
  for (let fd = 0; gap < GAP; fd++) {
    const local = localPort(fd);
    gap = local === "closed" ? gap + 1 : 0;
    if (local === port) found.push(fd);
  }
  return found;
}

function setNumber(fd: number, level: number, option: number, value: number): boolean {
  const bytes = new Uint8Array(new Int32Array([value]).buffer);
  return libc().setsockopt(fd, level, option, bytes, bytes.length) === 0;
}

/** struct sockaddr_in6, the larger one. */
const address = new Uint8Array(28);
const addressLength = new Uint32Array(1);

function localPort(fd: number): number | "closed" | undefined {
  addressLength[0] = address.length;
  if (libc().getsockname(fd, address, addressLength) !== 0) {
    return errno() === EBADF ? "closed" : undefined;
  }
  const family = address[0] | address[1] << 8;
  return family === AF_INET || family === AF_INET6 ? address[2] << 8 | address[3] : undefined;
}
