/**
 * A TCP connection accepted without Deno: received bytes can be inspected before Deno reads them,
 * and the connection can be closed in any state of Deno's TLS.
 *
 *     ours ──moveTo()──▶ Deno's ──Deno's close──▶ closed
 *       └───────────── close() ─────────────────────▲
 */
import { EAGAIN, unwrap } from "../errno.ts";
import { errno, libc } from "../libc.ts";
import { statx, STATX_SIZE } from "../file/statx.ts";
import type { SocketEnd } from "./socket_address.ts";
import { limitDelivery, suitPath } from "./tcp_options.ts";
import { readTcpInfo, type TcpInfo } from "./tcp_info.ts";

const O_CLOEXEC = 0o2000000;
const MSG_PEEK = 2;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SHUT_RDWR = 2;
const sink = new Uint8Array(16 * 1024);

/** A connection by its descriptor. Every call does nothing once that descriptor is closed. */
export class AcceptedSocket {
  readonly remote: SocketEnd;
  #number: number;
  /** Identifies the socket once Deno may close it and its descriptor may be reused. */
  #inode: number | undefined;
  #closed = false;

  /** Takes ownership of an open socket. */
  constructor(number: number, remote: SocketEnd) {
    this.#number = number;
    this.remote = remote;
  }

  /** The descriptor. The kernel assigns the lowest free one, so all lower ones are in use. */
  get number(): number {
    return this.#number;
  }

  /** Whether the connection was closed, by us or by Deno. */
  get closed(): boolean {
    return !this.#isOpen();
  }

  /**
   * Copies received bytes without consuming them. Returns the number of bytes; null at the end of
   * the stream.
   */
  peek(into: Uint8Array<ArrayBuffer>): number | null {
    if (!this.#isOpen()) return null;
    const count = libc().recv(this.#number, into, into.length, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return count;
    return count < 0 && errno() === EAGAIN ? 0 : null;
  }

  /** Returns the connection's state; undefined if it is closed. */
  info(): TcpInfo | undefined {
    return this.#isOpen() ? readTcpInfo(this.#number) : undefined;
  }

  /** Selects the congestion control that suits its path so far. */
  suitPath(): void {
    const info = this.info();
    if (info !== undefined) suitPath(this.#number, info);
  }

  /**
   * Sends bytes without Deno and discards what was received, so that closing does not send a reset.
   */
  say(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#isOpen()) return;
    libc().send(this.#number, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    libc().recv(this.#number, sink, sink.length, MSG_DONTWAIT);
  }

  /** Gives up the open descriptor, for another owner; every later call here does nothing. */
  release(): number {
    this.#closed = true;
    return this.#number;
  }

  /** Replaces the socket at a descriptor that Deno owns from now on. Throws SystemError. */
  moveTo(number: number): void {
    const result = libc().dup3(this.#number, number, O_CLOEXEC);
    unwrap(result, "dup3", "hand a connection to Deno");
    libc().close(this.#number);
    this.#number = number;
    this.#inode = readInode(number);
  }

  /**
   * Shuts the connection down in both directions. Data already sent is delivered if the peer
   * accepts it within 2 seconds. Ends the reads and writes of Deno's end, whose own `close` then
   * closes the descriptor.
   */
  close(): void {
    if (!this.#isOpen()) return;
    const { shutdown, close } = libc();
    limitDelivery(this.#number);
    if (this.#inode !== undefined) shutdown(this.#number, SHUT_RDWR);
    else {
      this.#closed = true;
      close(this.#number);
    }
  }

  #isOpen(): boolean {
    return !this.#closed &&
      (this.#inode === undefined || readInode(this.#number) === this.#inode);
  }
}

const STATX_INO = 0x100;
/** Offset in struct statx (statx(2)). */
const INODE_AT = 32;
const facts = new Uint8Array(STATX_SIZE);
const factsView = new DataView(facts.buffer);

/** Inode number, which identifies a socket after its descriptor is reused; -1 if none is open. */
function readInode(number: number): number {
  if (statx(number, STATX_INO, facts) !== 0) return -1;
  return factsView.getUint32(INODE_AT, true); // the kernel counts sockets in 32 bits
}
