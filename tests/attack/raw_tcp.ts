import { errno, libc } from "../../ffi/libc.ts";
import { EAGAIN, unwrap } from "../../ffi/errno.ts";
import { encodeAddress } from "../../ffi/socket/socket_address.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM_NONBLOCK = 1 | 0o4000;
const SOL_SOCKET = 1;
const SO_LINGER = 13;
/** How long to wait for the other end, in milliseconds. */
const PATIENCE = 60_000;
const buffer = new Uint8Array(64 * 1024);

/** A TCP connection through system calls only: cheap, and from any loopback address. */
export class RawTcp {
  #fd: number;

  /** Starts to connect from `source` to a port of 127.0.0.1, or of ::1 from an IPv6 address. */
  constructor(source: string, port: number) {
    const { socket, bind, connect } = libc();
    const [family, host] = source.includes(":") ? [AF_INET6, "::1"] : [AF_INET, "127.0.0.1"];
    this.#fd = unwrap(socket(family, SOCK_STREAM_NONBLOCK, 0), "socket", "open a stranger");
    const [from, to] = [encodeAddress(source, 0), encodeAddress(host, port)];
    unwrap(bind(this.#fd, from, from.length), "bind", `speak as ${source}`);
    connect(this.#fd, to, to.length);
  }

  /** Sends bytes; returns false if the other end closed or does not accept them. */
  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    const MSG_NOSIGNAL = 0x4000;
    return libc().send(this.#fd, bytes, bytes.length, MSG_NOSIGNAL) === bytes.length;
  }

  /**
   * Returns the number of bytes received since the last call: 0 for none, -1 if the other end
   * closed.
   */
  look(): number {
    const count = libc().recv(this.#fd, buffer, buffer.length, 0);
    if (count > 0) return count;
    return count < 0 && errno() === EAGAIN ? 0 : -1;
  }

  /** Returns what the other end sent before it closed; rejects if it does not within a minute. */
  lastWords(): Promise<Uint8Array> {
    return this.#hear(() => false);
  }

  /** Returns what the other end sends first, or nothing if it closes. */
  firstWords(): Promise<Uint8Array> {
    return this.#hear((heard) => heard.length > 0);
  }

  async #hear(isEnough: (heard: readonly number[]) => boolean): Promise<Uint8Array> {
    const heard: number[] = [];
    for (const end = performance.now() + PATIENCE; performance.now() < end;) {
      const count = this.look();
      if (count > 0) heard.push(...buffer.subarray(0, count));
      if (count < 0 || isEnough(heard)) return Uint8Array.from(heard);
      if (count === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`The other end did not answer or close within ${PATIENCE} ms`);
  }

  /** Closes the connection, `abruptly` with a reset, so that the port is free at once. */
  close(abruptly = true): void {
    const linger = new Uint8Array(new Int32Array([1, 0]).buffer);
    if (abruptly) libc().setsockopt(this.#fd, SOL_SOCKET, SO_LINGER, linger, 8);
    libc().close(this.#fd);
  }
}
