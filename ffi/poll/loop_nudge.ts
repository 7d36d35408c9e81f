/** Makes Deno's event loop poll its sockets without a thread switch. */
import { probeDescriptors } from "../descriptors.ts";
import { unwrap } from "../errno.ts";
import { errno, libc } from "../libc.ts";
import { findEventLoop } from "./event_loop.ts";

const AF_UNIX = 1;
const SOCK_STREAM_NONBLOCK_CLOEXEC = 1 | 0o4000 | 0o2000000;
const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SUBJECT = "open a socket that nudges the event loop";

/**
 * A connection of this process with itself: one end is Deno's, into the other it sends one byte.
 * Deno's event loop polls its sockets when it has nothing else to do. Waiting for that byte makes it
 * poll, and everything that arrived before the byte is delivered before the wait ends.
 *
 * This takes a few system calls instead of two thread switches: half the time where a core is free,
 * and a tenth or less where other processes keep all cores busy.
 *
 * The address is in the abstract namespace (unix(7)): no file, no firewall. It exists only while the
 * connection is made, and nobody else's connection is taken for it.
 */
export class LoopNudge {
  /** Descriptor of the socket that the event loop watches. */
  readonly watched: number;
  #receiver: Deno.UnixConn;
  #received = new Uint8Array(1);
  #sender: number;
  #byte = new Uint8Array(1);

  private constructor(receiver: Deno.UnixConn, watched: number, sender: number) {
    this.#receiver = receiver;
    this.watched = watched;
    this.#sender = sender;
  }

  /** Rejects if the system or Deno's permissions refuse the sockets. `connect`: for tests. */
  static async open(connect = connectTo): Promise<LoopNudge> {
    const path = `\0pppoe-proxy-${crypto.randomUUID()}`;
    const address = unixAddress(path);
    const listener = unwrap(
      libc().socket(AF_UNIX, SOCK_STREAM_NONBLOCK_CLOEXEC, 0),
      "socket(AF_UNIX)",
      SUBJECT,
    );
    let receiver: Deno.UnixConn | undefined;
    try {
      unwrap(libc().bind(listener, address, address.length), "bind(AF_UNIX)", SUBJECT);
      unwrap(libc().listen(listener, 1), "listen(AF_UNIX)", SUBJECT);
      receiver = await connect(path);
      const watched = findConnected(address);
      return new LoopNudge(receiver, watched, acceptOwn(listener));
    } catch (error) {
      receiver?.close();
      throw error;
    } finally {
      libc().close(listener);
    }
  }

  /** The epoll instance of this thread's event loop; -1 if not found. */
  findLoop(): number {
    return findEventLoop(this.#sender, this.watched);
  }

  /** Resolves to true after the event loop has polled its sockets; to false if the nudge failed. */
  async nudge(): Promise<boolean> {
    const received = this.#receiver.read(this.#received);
    if (libc().send(this.#sender, this.#byte, 1, 0) === 1) {
      return await received.then((count) => count === 1, () => false);
    }
    received.catch(() => {}); // `release` ends it
    return false;
  }

  release(): void {
    this.#receiver.close();
    libc().close(this.#sender);
  }
}

function connectTo(path: string): Promise<Deno.UnixConn> {
  return Deno.connect({ transport: "unix", path });
}

/** Accepts the connection that this process has made. Throws if it is not the first in line. */
function acceptOwn(listener: number): number {
  const { accept4, getsockopt, close } = libc();
  const fd = unwrap(accept4(listener, null, null, NONBLOCK_CLOEXEC), "accept4(AF_UNIX)", SUBJECT);
  const credentials = new Uint32Array(3); // struct ucred: pid, uid, gid
  const length = new Uint32Array([credentials.byteLength]);
  const isKnown = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, length) === 0;
  if (isKnown && credentials[0] === Deno.pid) return fd;
  close(fd);
  throw new Error(`Cannot ${SUBJECT}: process ${credentials[0]} connected to it`);
}

/** struct sockaddr_un { u16 family; char path[] }. */
function unixAddress(path: string): Uint8Array<ArrayBuffer> {
  const address = new Uint8Array(2 + path.length);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  new TextEncoder().encodeInto(path, address.subarray(2));
  return address;
}

/** Descriptor of this process's socket that is connected to an address; -1 if not found. */
function findConnected(address: Uint8Array): number {
  const peer = new Uint8Array(address.length);
  const length = new Uint32Array(1);
  const readName = (fd: number): number => {
    length[0] = peer.length;
    return libc().getpeername(fd, peer, length) === 0 ? 0 : errno();
  };
  for (const [fd, error] of probeDescriptors(readName)) {
    if (error !== 0 || length[0] !== peer.length) continue;
    if (peer.every((byte, i) => byte === address[i])) return fd;
  }
  return -1;
}
