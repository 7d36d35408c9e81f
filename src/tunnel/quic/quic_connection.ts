import { abandon, type Connection, type DatagramPort } from "../transport/connection.ts";
import type { EarlyGuard } from "./early_guard.ts";

/** Maximum bytes of one read from the stream. */
const READ_SIZE = 64 * 1024;
/** How long the peer may take to hang up after our last record, in milliseconds. */
const LINGER = 1_000;

/**
 * A QUIC connection as a tunnel uses it: one bidirectional stream, and datagrams. Closing it
 * discards data in flight, so a caller with a last record to send awaits `delivered` first.
 */
export class QuicConnection implements Connection {
  readonly datagrams: DatagramPort;
  #connection: Deno.QuicConn;
  #reader: ReadableStreamBYOBReader;
  #writer: WritableStreamDefaultWriter<Uint8Array>;
  #space = new Uint8Array(READ_SIZE);
  /** Bytes read from the stream but not returned yet. */
  #rest = new Uint8Array(0);
  #guard: EarlyGuard | undefined;

  /** `guard` has read the first datagram, and limits what arrives before login. */
  constructor(
    connection: Deno.QuicConn,
    stream: Deno.QuicBidirectionalStream,
    guard?: EarlyGuard,
  ) {
    this.#connection = connection;
    this.#guard = guard;
    this.#reader = stream.readable.getReader({ mode: "byob" });
    this.#writer = stream.writable.getWriter();
    // Reads and writes report the ends of these.
    this.#reader.closed.catch(() => {});
    this.#writer.closed.catch(() => {});
    let first = guard?.datagram;
    this.datagrams = {
      get maxSize() {
        return connection.maxDatagramSize;
      },
      send: (bytes) => connection.sendDatagram(bytes),
      receive: () => {
        const next = first ?? connection.readDatagram();
        first = undefined;
        return next;
      },
    };
  }

  async read(bytes: Uint8Array): Promise<number | null> {
    if (this.#rest.length === 0) {
      const { value, done } = await this.#reader.read(this.#space);
      if (done || value === undefined) return null;
      this.#space = new Uint8Array(value.buffer); // the read transferred the memory and returned it
      this.#rest = value;
      this.#guard?.took(value.length);
    }
    const count = Math.min(this.#rest.length, bytes.length);
    bytes.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    await this.#writer.write(bytes);
    return bytes.length;
  }

  close(): void {
    abandon(this.#connection);
    // A peer's code and reason also end up here; the tunnel's own close record is on the stream.
    this.#connection.closed.catch(() => {});
  }

  async delivered(): Promise<void> {
    const expired = Promise.withResolvers<void>();
    const timer = setTimeout(expired.resolve, LINGER);
    await Promise.race([this.#connection.closed.catch(() => {}), expired.promise]);
    clearTimeout(timer);
  }
}
