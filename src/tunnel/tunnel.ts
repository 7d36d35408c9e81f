import { type CloseCode, decodeClose, encodeClose, type TunnelEnd } from "./close_reason.ts";
import { abandon, type Connection } from "./connection.ts";
import { ControlType, type Violation } from "./record.ts";
import { type RecordBuffer, RecordReader, type RecordSink } from "./record_reader.ts";
import type { QueueDrop } from "./record_queue.ts";
import { RecordWriter } from "./record_writer.ts";

/** Bytes of a receive buffer: several TLS records, so that one batch takes what has piled up. */
export const TUNNEL_BUFFER = 256 * 1024;

/**
 * What a tunnel delivers; offsets are into the tunnel's buffer and valid until `batchEnd` returns.
 */
export interface TunnelSink extends Omit<RecordSink, "control"> {
  /** A record that waited to be sent was given up. */
  dropped(reason: QueueDrop): void;
}

/** When to ask whether the peer is alive, and when to give it up. Milliseconds. */
export interface KeepaliveOptions {
  interval: number;
  timeout: number;
}

/** What a tunnel is made of. */
export interface TunnelOptions {
  /** Name of the far end for logs: the client's name or the server's address. */
  peer: string;
  connection: Connection;
  /** Receive buffer; the link can send from it without copying. */
  buffer: RecordBuffer;
  keepalive: KeepaliveOptions;
  /** Milliseconds of a steady clock. */
  now: () => number;
}

/**
 * One authenticated connection that carries records both ways.
 *
 *     open ──close()──────────▶ closing ──flushed──▶ ended
 *       │ violation               │ timeout            ▲
 *       ├─────────────────────────┘                    │
 *       └─peer's close, end of stream, keepalive───────┘
 */
export class Tunnel {
  readonly peer: string;
  readonly writer: RecordWriter;
  /** Last measured round trip of a ping in milliseconds; undefined before the first. */
  roundTrip: number | undefined;
  #connection: Connection;
  #buffer: RecordBuffer;
  #keepalive: KeepaliveOptions;
  #now: () => number;
  #lastHeard: number;
  #end: TunnelEnd | undefined;
  #sink: TunnelSink | undefined;
  #abort = Promise.withResolvers<void>();

  constructor(options: TunnelOptions) {
    this.peer = options.peer;
    this.#connection = options.connection;
    this.#buffer = options.buffer;
    this.#keepalive = options.keepalive;
    this.#now = options.now;
    this.#lastHeard = options.now();
    this.writer = new RecordWriter({
      sink: options.connection,
      failed: (cause) => this.#lost(cause),
      dropped: (reason) => this.#sink?.dropped(reason),
      now: options.now,
    });
  }

  /** The memory that `TunnelSink` offsets point into. */
  get buffer(): RecordBuffer {
    return this.#buffer;
  }

  /** Delivers records until the tunnel ends, and says how. The connection is closed then. */
  async run(sink: TunnelSink): Promise<TunnelEnd> {
    this.#sink = sink;
    const timer = setInterval(() => this.#keepAlive(), this.#keepalive.interval);
    const reading = this.#read(sink).catch((cause) => this.#lost(cause));
    await Promise.race([reading, this.#abort.promise]);
    clearInterval(timer);
    abandon(this.#connection);
    return this.#end ?? { reason: "connection-lost", by: "network", detail: "end of stream" };
  }

  /** Sends what is queued and a close record, for at most `grace` milliseconds, and ends. */
  async close(code: CloseCode, detail: string, grace: number): Promise<void> {
    if (this.#end !== undefined) return;
    this.#end = { reason: code, by: "us", detail };
    this.writer.control(ControlType.close, encodeClose(code, detail));
    const expired = Promise.withResolvers<void>();
    const timer = setTimeout(expired.resolve, grace);
    await Promise.race([this.writer.drained(), expired.promise]);
    clearTimeout(timer);
    this.#abort.resolve();
  }

  async #read(sink: TunnelSink): Promise<void> {
    const records = new RecordReader(this.#buffer, {
      session: (handle, offset, length) => sink.session(handle, offset, length),
      discovery: (handle, offset, length) => sink.discovery(handle, offset, length),
      control: (type, offset, length) => this.#control(type, offset, length),
      batchEnd: () => sink.batchEnd(),
    });
    while (true) {
      const count = await this.#connection.read(records.space());
      if (count === null) return;
      if (this.#end?.by === "peer") return;
      this.#lastHeard = this.#now();
      const violation = records.received(count);
      if (violation !== undefined) await this.close("protocol-violation", violation, 1_000);
      if (this.#end !== undefined && this.#end.by !== "us") return;
      if (violation !== undefined) return;
    }
  }

  #control(type: number, offset: number, length: number): Violation | undefined {
    const body = this.#buffer.bytes.subarray(offset, offset + length);
    if (type === ControlType.ping) {
      this.writer.control(ControlType.pong, body);
      this.writer.flush();
    } else if (type === ControlType.pong) {
      if (length === 8) {
        const sent = new DataView(body.buffer, body.byteOffset).getFloat64(0);
        this.roundTrip = Math.max(0, this.#now() - sent);
      }
    } else if (type === ControlType.close) {
      this.#end ??= decodeClose(body);
      this.#abort.resolve();
    } else {
      return "unknown-control-type";
    }
    return undefined;
  }

  #keepAlive(): void {
    if (this.#now() - this.#lastHeard > this.#keepalive.timeout) {
      this.#end ??= { reason: "keepalive-timeout", by: "us", detail: "nothing heard in time" };
      this.#abort.resolve(); // the path is dead: abandon the socket, do not wait for a clean close
      return;
    }
    const body = new Uint8Array(8);
    new DataView(body.buffer).setFloat64(0, this.#now());
    this.writer.control(ControlType.ping, body);
    this.writer.flush();
  }

  #lost(cause: unknown): void {
    const detail = cause instanceof Error ? cause.message : String(cause);
    this.#end ??= { reason: "connection-lost", by: "network", detail };
    this.#abort.resolve();
  }
}
