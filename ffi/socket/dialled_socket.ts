/**
 * The kernel's side of a TCP connection that Deno dialled: received bytes can be inspected before
 * Deno reads them, and the connection can be closed in any state of Deno's TLS. Deno alone does not
 * close a connection whose handshake or last write is still pending.
 */
import { EAGAIN } from "../errno.ts";
import { fileIdentity } from "../file/file_identity.ts";
import { errno, libc } from "../libc.ts";
import { readTcpInfo, type TcpInfo } from "./tcp_info.ts";
import { limitDelivery, suitPath } from "./tcp_options.ts";

const SOL_SOCKET = 1;
const SO_RCVLOWAT = 18;
const MSG_PEEK = 2;
const MSG_DONTWAIT = 0x40;
const SHUT_RDWR = 2;
/** Longer than a ServerHello, shorter than a socket's default receive buffer. Bytes. */
const HELD_BACK = 32 * 1024;

/** A connection by its descriptor. Calls do nothing once Deno has closed that descriptor. */
export class DialledSocket {
  #number: number;
  #identity: string | undefined;

  /** `number` is the descriptor of a connection that Deno owns. */
  constructor(number: number) {
    this.#number = number;
    this.#identity = fileIdentity(number);
  }

  /** Hides received bytes from Deno until `release`, or until 32 KiB have arrived. */
  holdBack(): void {
    this.#setLowWater(HELD_BACK);
  }

  /** Lets Deno read what has arrived and what will arrive. */
  release(): void {
    this.#setLowWater(1);
  }

  /**
   * Copies received bytes without consuming them. Returns the number of bytes; null at the end of
   * the stream.
   */
  peek(into: Uint8Array<ArrayBuffer>): number | null {
    if (!this.#isOurs()) return null;
    const count = libc().recv(this.#number, into, into.length, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return count;
    return count < 0 && errno() === EAGAIN ? 0 : null;
  }

  /**
   * Shuts the connection down in both directions. Data already sent is delivered if the peer
   * accepts it within 2 seconds. Ends the reads and writes of Deno's end, whose own `close` then
   * closes the descriptor.
   */
  shutdown(): void {
    if (!this.#isOurs()) return;
    limitDelivery(this.#number);
    libc().shutdown(this.#number, SHUT_RDWR);
  }

  /** Returns the connection's state; undefined if it is closed. */
  info(): TcpInfo | undefined {
    return this.#isOurs() ? readTcpInfo(this.#number) : undefined;
  }

  /** Selects the congestion control that suits its path so far. */
  suitPath(): void {
    const info = this.info();
    if (info !== undefined) suitPath(this.#number, info);
  }

  #setLowWater(bytes: number): void {
    if (!this.#isOurs()) return;
    const value = new Uint8Array(new Int32Array([bytes]).buffer);
    libc().setsockopt(this.#number, SOL_SOCKET, SO_RCVLOWAT, value, value.length);
  }

  /** Whether the descriptor is still this connection: the kernel reuses it after Deno's close. */
  #isOurs(): boolean {
    return this.#identity !== undefined && fileIdentity(this.#number) === this.#identity;
  }
}
