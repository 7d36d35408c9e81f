/**
 * Hands a connection to Deno that Deno did not accept; Deno has no call for this. Deno accepts a
 * loopback connection of this process instead, the stand-in, and the kernel replaces its socket
 * under the same descriptor:
 *
 *     peer ═══ ours            (accepted without Deno)
 *     us ═════ stand-in        (accepted by Deno, watched by its epoll instance)
 *                 │ dup3(2): the descriptor now refers to the peer's socket; the stand-in is closed
 *     peer ═══ Deno's          epoll_ctl(2): watched again, as the stand-in was
 *
 * Deno does not notice, because it has neither read nor written at that point. /proc/self/fdinfo
 * (proc(5)) has one line per watched socket, which shows how Deno watched the stand-in.
 */
import type { AcceptedSocket } from "./accepted_socket.ts";
import { probeDescriptors } from "../descriptors.ts";
import { EINPROGRESS, SystemError, unwrap } from "../errno.ts";
import { findEventLoops, readWatch, type Watch } from "../poll/event_loop.ts";
import { errno, libc } from "../libc.ts";
import { encodeAddress, portOfAddress, SOCKADDR_BYTES } from "./socket_address.ts";

const AF_INET = 2;
const SOCK_STREAM_NONBLOCK_CLOEXEC = 1 | 0o4000 | 0o2000000;
const EPOLL_CTL_ADD = 1;
const LOOPBACK = "127.0.0.1";
const SUBJECT = "hand a connection to Deno";
/**
 * Deadline, in milliseconds. The kernel alone takes less, unless a firewall blocks the loopback.
 */
const ACCEPT_TIMEOUT = 1_000;

/** The listener with which Deno accepts the stand-in. `handOver` closes it. */
export interface StandInListener<T extends Deno.Conn> {
  readonly addr: Deno.Addr;
  accept(): Promise<T>;
  close(): void;
}

/**
 * Hands a connection to Deno, as if `listener` had accepted it on 127.0.0.1. Throws if the
 * connection or the stand-in is closed before it is done.
 */
export async function handOver<T extends Deno.Conn>(
  socket: AcceptedSocket,
  listener: StandInListener<T>,
): Promise<T> {
  const timer = setTimeout(() => listener.close(), ACCEPT_TIMEOUT);
  let own = -1;
  try {
    own = unwrap(libc().socket(AF_INET, SOCK_STREAM_NONBLOCK_CLOEXEC, 0), "socket", SUBJECT);
    connectTo((listener.addr as Deno.NetAddr).port, own);
    const port = localPort(own);
    const connection = await acceptFrom(listener, port);
    try {
      replace(connection, own, port, socket);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  } finally {
    clearTimeout(timer);
    if (own >= 0) libc().close(own);
    try {
      listener.close();
    } catch {
      // the deadline has closed it
    }
  }
}

function connectTo(port: number, own: number): void {
  const address = encodeAddress(LOOPBACK, port);
  if (libc().connect(own, address, address.length) === 0) return;
  if (errno() !== EINPROGRESS) throw new SystemError("connect", SUBJECT, errno());
}

/** Accepts the connection from our own port: any local process could connect before it. */
async function acceptFrom<T extends Deno.Conn>(
  listener: StandInListener<T>,
  own: number,
): Promise<T> {
  while (true) {
    const connection = await listener.accept();
    if ((connection.remoteAddr as Deno.NetAddr).port === own) return connection;
    connection.close();
  }
}

/** Replaces the stand-in's socket, within one turn of the event loop. */
function replace(standIn: Deno.Conn, own: number, port: number, socket: AcceptedSocket): void {
  if (socket.closed) throw new Deno.errors.ConnectionReset("Connection closed during the handover");
  const number = findStandIn((standIn.localAddr as Deno.NetAddr).port, port);
  for (const loop of findEventLoops(own)) {
    const watch = readWatch(loop, number);
    if (watch === undefined) continue;
    const event = encodeEvent(watch);
    socket.moveTo(number);
    unwrap(libc().epoll_ctl(loop, EPOLL_CTL_ADD, number, event), "epoll_ctl", SUBJECT);
    return;
  }
  throw new Error("Cannot hand a connection to Deno: /proc does not show how Deno watches sockets");
}

const address = new Uint8Array(SOCKADDR_BYTES);
const addressLength = new Uint32Array(1);

function localPort(fd: number): number {
  addressLength[0] = address.length;
  return libc().getsockname(fd, address, addressLength) === 0 ? portOfAddress(address) : -1;
}

/** Descriptor of the socket between two loopback ports. */
function findStandIn(local: number, peer: number): number {
  const readPeer = (fd: number): number => {
    addressLength[0] = address.length;
    return libc().getpeername(fd, address, addressLength) === 0 ? 0 : errno();
  };
  for (const [fd, error] of probeDescriptors(readPeer)) {
    if (error === 0 && portOfAddress(address) === peer && localPort(fd) === local) return fd;
  }
  throw new Error("Cannot hand a connection to Deno: the socket that Deno accepted was not found");
}

/** struct epoll_event { u32 events; u64 data }, packed on x86-64 only (linux/eventpoll.h). */
function encodeEvent({ events, data }: Watch): Uint8Array<ArrayBuffer> {
  const dataAt = Deno.build.arch === "x86_64" ? 4 : 8;
  const event = new Uint8Array(dataAt + 8);
  const view = new DataView(event.buffer);
  view.setUint32(0, events, true);
  view.setBigUint64(dataAt, data, true);
  return event;
}
