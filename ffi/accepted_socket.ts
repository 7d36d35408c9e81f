/**
 * The kernel's side of TCP connections that Deno has accepted: what has arrived is looked at before
 * Deno reads it, and the connection is closed whatever state Deno's TLS is in.
 */
import { EAGAIN, EBADF, ENOTCONN } from "./errno.ts";
import { errno, libc } from "./libc.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const SOL_SOCKET = 1;
const SO_RCVLOWAT = 18;
const IPPROTO_TCP = 6;
const TCP_USER_TIMEOUT = 18;
const MSG_PEEK = 2;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SHUT_RDWR = 2;
/** struct sockaddr_in6, the larger. */
const SOCKADDR_BYTES = 28;
/** Milliseconds that the kernel may keep what a closed connection's peer does not acknowledge. */
const UNDELIVERED = 2_000;
const SO_ACCEPTCONN = 30;
/** Behind so many free numbers no connection is that has just been accepted. */
const GAP = 1024;
/** The same, as long as it is likely to have a number that nobody had before it. */
const NEAR_GAP = 4;

/** One end of a connection: an IPv6 or IPv4-mapped IPv6 address, 16 bytes, and a port. */
export interface SocketEnd {
  readonly address: Uint8Array;
  readonly port: number;
}

/** Numbers of this process's sockets. Deno does not tell them. */
export class AcceptedSockets {
  /** Numbers of other files, that cannot be the next connection's. */
  #others = new Set<number>();
  /** Connections by number that were found and not shut down. */
  #open = new Map<number, AcceptedSocket>();
  /** Those that were shut down, and whose descriptors Deno has not closed yet. */
  #closing = new Map<number, AcceptedSocket>();

  /** Whether more than `limit` connections that were shut down have their descriptors still. */
  areClosing(limit: number): boolean {
    if (this.#closing.size > limit) forgetClosed(this.#closing);
    return this.#closing.size > limit;
  }

  /** The socket between two ends, which has been accepted just now. */
  find(local: SocketEnd, remote: SocketEnd): AcceptedSocket | undefined {
    const ends = { local, remote };
    let number = this.#search(ends, NEAR_GAP);
    if (number === undefined) {
      // Files were closed meanwhile, and it has the number of one.
      this.#others.clear();
      forgetClosed(this.#open);
      number = this.#search(ends, GAP);
    }
    if (number === undefined) return undefined;
    const socket = new AcceptedSocket(number, () => {
      if (this.#open.get(socket.number) !== socket) return;
      this.#open.delete(socket.number);
      this.#closing.set(socket.number, socket);
    });
    this.#open.set(number, socket);
    return socket;
  }

  /**
   * The kernel gives the lowest free number, so that all below it are taken. A connection that was
   * reset already has no remote end any more: it is taken for the one of the local end that has none.
   */
  #search(ends: Ends, most: number): number | undefined {
    let reset: number | undefined;
    let gap = 0;
    for (let number = 3; gap < most; number++) {
      if (this.#others.has(number) || this.#open.has(number)) continue;
      if (this.#isClosing(number)) continue;
      const found = identify(number, ends);
      if (found === "it") return number;
      if (found === "reset") reset ??= number;
      else if (found === "other") this.#others.add(number);
      gap = found === "closed" ? gap + 1 : 0;
    }
    return reset;
  }

  #isClosing(number: number): boolean {
    const closing = this.#closing.get(number);
    if (closing?.closed) this.#closing.delete(number);
    return closing?.closed === false;
  }
}

function forgetClosed(sockets: Map<number, AcceptedSocket>): void {
  for (const [number, socket] of sockets) if (socket.closed) sockets.delete(number);
}

interface Ends {
  local: SocketEnd;
  remote: SocketEnd;
}

/** A connection by its socket's number; does nothing any more once that is another file's. */
export class AcceptedSocket {
  /** The descriptor: as many files are open as this says, at least. */
  readonly number: number;
  #inode: number;
  #released: () => void;

  constructor(number: number, released: () => void) {
    this.#inode = readInode(number);
    this.#released = released;
    this.number = number;
  }

  /** Copies what waits to be read, without taking it. Bytes; null at the end of the stream. */
  peek(into: Uint8Array<ArrayBuffer>): number | null {
    if (!this.#isOurs()) return null;
    const count = libc().recv(this.number, into, into.length, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return count;
    return count < 0 && errno() === EAGAIN ? 0 : null;
  }

  /** Whether Deno has not been told of what has arrived; see `guardListener`. */
  get heldBack(): boolean {
    return option(this.number, SO_RCVLOWAT) > 1;
  }

  /** Has the kernel tell Deno what has arrived and what will. */
  release(): void {
    if (this.#isOurs()) setLowWater(this.number, 1);
  }

  /** Sends bytes past Deno and takes what has arrived, so that closing needs no reset. */
  say(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#isOurs()) return;
    libc().send(this.number, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    libc().recv(this.number, sink, sink.length, MSG_DONTWAIT);
  }

  /**
   * Ends the connection both ways. What was sent before is delivered, if the peer takes it within 2
   * seconds. Reads and writes of Deno's end, after which its `close` closes the descriptor.
   */
  shutdown(): void {
    if (this.#isOurs()) {
      const bytes = new Uint8Array(new Uint32Array([UNDELIVERED]).buffer);
      libc().setsockopt(this.number, IPPROTO_TCP, TCP_USER_TIMEOUT, bytes, bytes.length);
      libc().shutdown(this.number, SHUT_RDWR);
    }
    this.#released();
  }

  /** Whether Deno has closed the descriptor. */
  get closed(): boolean {
    return !this.#isOurs();
  }

  #isOurs(): boolean {
    return readInode(this.number) === this.#inode;
  }
}

const sink = new Uint8Array(16 * 1024);

/** Has Deno learn of bytes only when they are so many, on a socket and those that it accepts. */
export function setLowWater(number: number, bytes: number): boolean {
  const value = new Uint8Array(new Int32Array([bytes]).buffer);
  return libc().setsockopt(number, SOL_SOCKET, SO_RCVLOWAT, value, value.length) === 0;
}

const AT_EMPTY_PATH = 0x1000;
const STATX_INO = 0x100;
/** Offset in struct statx (statx(2)). */
const INODE_AT = 32;
const noPath = new Uint8Array(1);
const facts = new Uint8Array(256);
const factsView = new DataView(facts.buffer);

/** What tells a socket from all that had or will have its number; -1 where nothing is open. */
function readInode(number: number): number {
  if (libc().statx(number, noPath, AT_EMPTY_PATH, STATX_INO, facts) !== 0) return -1;
  return factsView.getUint32(INODE_AT, true); // the kernel counts sockets in 32 bits
}

const name = new Uint8Array(SOCKADDR_BYTES);
const nameLength = new Uint32Array(1);

/** What a number is; "reset" is a connection of the local end that has been reset. */
function identify(number: number, { local, remote }: Ends): "it" | "reset" | "closed" | "other" {
  nameLength[0] = SOCKADDR_BYTES;
  if (libc().getpeername(number, name, nameLength) === 0) {
    return isEnd(remote) && hasLocalEnd(number, local) ? "it" : "other";
  }
  const error = errno();
  if (error === EBADF) return "closed";
  const wasReset = error === ENOTCONN && hasLocalEnd(number, local) && !listens(number);
  return wasReset ? "reset" : "other";
}

function hasLocalEnd(number: number, local: SocketEnd): boolean {
  nameLength[0] = SOCKADDR_BYTES;
  return libc().getsockname(number, name, nameLength) === 0 && isEnd(local);
}

function listens(number: number): boolean {
  return option(number, SO_ACCEPTCONN) === 1;
}

function option(number: number, which: number): number {
  const value = new Int32Array(1);
  libc().getsockopt(number, SOL_SOCKET, which, value, new Uint32Array([4]));
  return value[0];
}

/** Whether `name` is this end: struct sockaddr_in or sockaddr_in6. */
function isEnd({ address, port }: SocketEnd): boolean {
  const family = name[0] | name[1] << 8;
  if ((name[2] << 8 | name[3]) !== port) return false;
  if (family === AF_INET6) return same(address, 0, 8, 16);
  // ::ffff:0:0/96 (RFC 4291 section 2.5.5.2)
  return family === AF_INET && address[10] === 0xff && address[11] === 0xff &&
    same(address, 12, 4, 4);
}

function same(address: Uint8Array, from: number, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (address[from + i] !== name[at + i]) return false;
  return true;
}
