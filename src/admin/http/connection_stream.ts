import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";

/** Size of one read, in bytes: enough for a request's head and a small body. */
const READ = 16 * 1024;

/**
 * A Deno connection as the stream that Node's HTTP server expects. Deno's HTTP server has no limit
 * on connections and no timeout for a request's head; Node's sockets cost an idle daemon 6 MiB. So
 * Deno accepts the connections and Node serves them.
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
      // already closed
    }
    done(error);
  }

  // The HTTP server also calls these methods of a socket; timeouts are handled by the caller.

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
