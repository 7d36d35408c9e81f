/**
 * TCP connections through a given interface, with a mark for routing rules (socket(7),
 * SO_BINDTODEVICE and SO_MARK), or with a maximum segment size (tcp(7), TCP_MAXSEG). These options
 * have to be set before the first packet is sent, and Deno gives no access to a socket before that.
 * So Deno connects to a loopback port of this process, and the kernel disconnects the same socket
 * (connect(2), AF_UNSPEC) and connects it again:
 *
 *     Deno.connect(loopback) ──AF_UNSPEC──▶ unconnected ──options, connect──▶ connecting ──▶ connected
 *
 * Deno does not notice: when it next checks the socket's state, that is "connecting" or later.
 */
import { EINPROGRESS, SystemError, unwrap } from "../errno.ts";
import { errno, libc } from "../libc.ts";
import { encodeAddress } from "./socket_address.ts";
import { connectionBetween } from "./tcp.ts";
import { limitSegments } from "./tcp_options.ts";

const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_BINDTODEVICE = 25;
const SO_MARK = 36;
const POLLOUT = 4;
const MARK_ADVICE = "a mark needs CAP_NET_ADMIN (or CAP_NET_RAW, since Linux 5.17)";
/** Interval between checks of whether the connection is established, in milliseconds. */
const LOOK = 2;

/** How packets leave the machine. */
export interface Route {
  /** The outgoing interface. */
  interface?: string | undefined;
  /** The mark for `ip rule … fwmark`. */
  mark?: number | undefined;
  /** Maximum segment size of TCP in both directions, in bytes. */
  maxSegment?: number | undefined;
}

/** A connection and its descriptor. Deno still shows the loopback address that it had first. */
export interface RoutedConnection {
  connection: Deno.TcpConn;
  number: number;
}

/**
 * Connects to an IP address. Throws SystemError if the kernel refuses (EPERM for a mark without
 * CAP_NET_ADMIN), or the signal's reason.
 */
export async function connectRouted(
  { host, port }: { host: string; port: number },
  route: Route,
  signal: AbortSignal,
): Promise<RoutedConnection> {
  const connection = await borrowSocket(host.includes(":") ? "::1" : "127.0.0.1");
  try {
    const subject = `connect to ${host} port ${port}`;
    const fd = descriptorOf(connection);
    if (fd === undefined) throw new Error(`Cannot ${subject}: Deno's socket was not found`);
    reconnect(fd, encodeAddress(host, port), route, subject);
    await connected(fd, subject, signal);
    return { connection, number: fd };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Descriptor of a connection whose ends are the ones that Deno shows; undefined if closed. */
export function descriptorOf({ localAddr, remoteAddr }: Deno.TcpConn): number | undefined {
  const [local, peer] = [localAddr, remoteAddr].map((address) => {
    const { hostname: host, port } = address as Deno.NetAddr;
    return { host, port };
  });
  return connectionBetween(local, peer);
}

/** Makes Deno open a connected socket, whose other end is closed. Throws why it cannot. */
async function borrowSocket(loopback: string): Promise<Deno.TcpConn> {
  try {
    return await connectToSelf(loopback);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot open a socket: connecting to ${loopback} failed (${why}); bring the loopback interface up: \`ip link set lo up\``,
      { cause: error },
    );
  }
}

async function connectToSelf(loopback: string): Promise<Deno.TcpConn> {
  using listener = Deno.listen({ hostname: loopback, port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const connection = await Deno.connect({ hostname: loopback, port });
  try {
    (await listener.accept()).close();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Connects the socket to another address, within one turn of the event loop. */
function reconnect(
  fd: number,
  address: Uint8Array<ArrayBuffer>,
  route: Route,
  subject: string,
): void {
  const nowhere = new Uint8Array(16); // struct sockaddr of AF_UNSPEC
  unwrap(libc().connect(fd, nowhere, nowhere.length), "connect(AF_UNSPEC)", subject);
  routeSocket(fd, route);
  if (route.maxSegment !== undefined) limitSegments(fd, route.maxSegment);
  if (libc().connect(fd, address, address.length) === 0) return;
  const error = errno();
  if (error !== EINPROGRESS) throw new SystemError("connect", subject, error);
}

/** Sets the interface and mark of a socket that is not connected yet. Throws SystemError. */
export function routeSocket(fd: number, route: Route): void {
  if (route.interface !== undefined) {
    const name = new TextEncoder().encode(`${route.interface}\0`);
    const result = libc().setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, name.length);
    unwrap(result, "setsockopt(SO_BINDTODEVICE)", `use interface "${route.interface}"`);
  }
  if (route.mark !== undefined) {
    const mark = new Uint8Array(new Uint32Array([route.mark]).buffer);
    if (libc().setsockopt(fd, SOL_SOCKET, SO_MARK, mark, mark.length) < 0) {
      throw new SystemError("setsockopt(SO_MARK)", "mark packets", errno(), MARK_ADVICE);
    }
  }
}

async function connected(fd: number, subject: string, signal: AbortSignal): Promise<void> {
  while (!isWritable(fd)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    signal.throwIfAborted();
  }
  const error = new Int32Array(1);
  libc().getsockopt(fd, SOL_SOCKET, SO_ERROR, error, new Uint32Array([4]));
  if (error[0] !== 0) throw new SystemError("connect", subject, error[0]);
}

function isWritable(fd: number): boolean {
  const poll = new Uint8Array(8); // struct pollfd
  const view = new DataView(poll.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, POLLOUT, true);
  return libc().poll(poll, 1, 0) !== 0;
}
