import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";

/** Bytes of one read: a request's head and a small body. */
const READ = 16 * 1024;

/**
 * A connection of Deno's as the stream that Node's HTTP server takes. Deno's own server knows no
 * bound on connections and no time limit for a request's head; Node's sockets cost an idle daemon
 * 6 MiB. So connections are accepted with the one and served by the other.
 */
export class ConnectionStream extends Duplex {
  #connection: Deno.Conn;

  constructor(connection: Deno.Conn) {
    super({ allowHalfOpen: true });
    this.#connection = connection;
  }

  override _read(): void {
    const bytes = new Uint8Array(READ);
    this.#connection.read(bytes).then(
      (count) => this.push(count === null ? null : Buffer.from(bytes.buffer, 0, count)),
      (error) => this.destroy(error),
    );
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    this.#write(chunk).then(() => done(), done);
  }

  override _final(done: () => void): void {
    this.#connection.closeWrite().then(done, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    try {
      this.#connection.close();
    } catch {
      // it was closed already
    }
    done(error);
  }

  // What else the HTTP server asks of a socket; limits of time are ours.

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  async #write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length;) at += await this.#connection.write(chunk.subarray(at));
  }
}
