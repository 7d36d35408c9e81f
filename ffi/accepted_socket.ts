/**
 * A TCP connection that was accepted past Deno: what has arrived is looked at before Deno reads it,
 * and the connection is closed whatever state Deno's TLS is in.
 *
 *     ours ──moveTo()──▶ Deno's ──Deno's close──▶ closed
 *       └───────────── close() ─────────────────────▲
 */
import { EAGAIN, unwrap } from "./errno.ts";
import { errno, libc } from "./libc.ts";
import type { SocketEnd } from "./socket_address.ts";

const IPPROTO_TCP = 6;
const TCP_USER_TIMEOUT = 18;
const O_CLOEXEC = 0o2000000;
const MSG_PEEK = 2;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SHUT_RDWR = 2;
/** Milliseconds that the kernel may keep what a closed connection's peer does not acknowledge. */
const undelivered = new Uint8Array(new Uint32Array([2_000]).buffer);
const sink = new Uint8Array(16 * 1024);

/** A connection by its socket's number; does nothing any more once that is closed. */
export class AcceptedSocket {
  readonly remote: SocketEnd;
  #number: number;
  /** What tells the socket from others of its number, once Deno may close it. */
  #inode: number | undefined;
  #closed = false;

  /** Takes over an open socket that is in nobody else's hands. */
  constructor(number: number, remote: SocketEnd) {
    this.#number = number;
    this.remote = remote;
  }

  /** The descriptor: the kernel gives the lowest free one, so all below it are in use. */
  get number(): number {
    return this.#number;
  }

  /** Whether it was closed, by us or by Deno. */
  get closed(): boolean {
    return !this.#isOpen();
  }

  /** Copies what waits to be read, without taking it. Bytes; null at the end of the stream. */
  peek(into: Uint8Array<ArrayBuffer>): number | null {
    if (!this.#isOpen()) return null;
    const count = libc().recv(this.#number, into, into.length, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return count;
    return count < 0 && errno() === EAGAIN ? 0 : null;
  }

  /** Sends bytes past Deno and takes what has arrived, so that closing needs no reset. */
  say(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#isOpen()) return;
    libc().send(this.#number, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    libc().recv(this.#number, sink, sink.length, MSG_DONTWAIT);
  }

  /** Takes the place of another socket, under whose number Deno has it from now on. Throws SystemError. */
  moveTo(number: number): void {
    const result = libc().dup3(this.#number, number, O_CLOEXEC);
    unwrap(result, "dup3", "hand a connection to Deno");
    libc().close(this.#number);
    this.#number = number;
    this.#inode = readInode(number);
  }

  /**
   * Ends the connection both ways. What was sent before is delivered, if the peer takes it within 2
   * seconds. Reads and writes of Deno's end, after which its `close` closes the descriptor.
   */
  close(): void {
    if (!this.#isOpen()) return;
    const { setsockopt, shutdown, close } = libc();
    setsockopt(this.#number, IPPROTO_TCP, TCP_USER_TIMEOUT, undelivered, undelivered.length);
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
