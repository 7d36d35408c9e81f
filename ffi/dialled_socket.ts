/**
 * The kernel's side of a TCP connection that Deno has dialled: what has arrived is looked at before
 * Deno reads it, and the connection is closed whatever state Deno's TLS is in. Deno alone does not
 * close one whose handshake, or last write, has not ended.
 */
import { EAGAIN } from "./errno.ts";
import { fileIdentity } from "./file_identity.ts";
import { errno, libc } from "./libc.ts";
import { socketsOf } from "./tcp.ts";

const SOL_SOCKET = 1;
const SO_RCVLOWAT = 18;
const MSG_PEEK = 2;
const MSG_DONTWAIT = 0x40;
const SHUT_RDWR = 2;
/** More than a ServerHello has, and less than a socket's buffer holds by default. Bytes. */
const HELD_BACK = 32 * 1024;

/** One connection by its socket's number; does nothing any more once that is another file's. */
export class DialledSocket {
  #number: number;
  #identity: string | undefined;

  private constructor(number: number) {
    this.#number = number;
    this.#identity = fileIdentity(number);
  }

  /** The connection with this local port; undefined where it has gone already. */
  static find(port: number): DialledSocket | undefined {
    // Listening sockets, which have no peer, may share the number of an outgoing port.
    const number = socketsOf(port).find((fd) => hasPeer(fd));
    return number === undefined ? undefined : new DialledSocket(number);
  }

  /** Has Deno learn of nothing that arrives, until `release` or 32 KiB. */
  holdBack(): void {
    this.#setLowWater(HELD_BACK);
  }

  /** Has the kernel tell Deno what has arrived and what will. */
  release(): void {
    this.#setLowWater(1);
  }

  /** Copies what waits to be read, without taking it. Bytes; null at the end of the stream. */
  peek(into: Uint8Array<ArrayBuffer>): number | null {
    if (!this.#isOurs()) return null;
    const count = libc().recv(this.#number, into, into.length, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return count;
    return count < 0 && errno() === EAGAIN ? 0 : null;
  }

  /**
   * Ends the connection both ways; what was sent before is delivered. Reads and writes of Deno's end,
   * after which its `close` closes the descriptor.
   */
  shutdown(): void {
    if (this.#isOurs()) libc().shutdown(this.#number, SHUT_RDWR);
  }

  #setLowWater(bytes: number): void {
    if (!this.#isOurs()) return;
    const value = new Uint8Array(new Int32Array([bytes]).buffer);
    libc().setsockopt(this.#number, SOL_SOCKET, SO_RCVLOWAT, value, value.length);
  }

  /** The number is another file's once Deno has closed this one. */
  #isOurs(): boolean {
    return this.#identity !== undefined && fileIdentity(this.#number) === this.#identity;
  }
}

function hasPeer(fd: number): boolean {
  const address = new Uint8Array(28); // struct sockaddr_in6, the larger
  return libc().getpeername(fd, address, new Uint32Array([address.length])) === 0;
}
