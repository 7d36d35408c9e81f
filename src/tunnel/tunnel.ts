import {
  type CloseCode,
  decodeClose,
  encodeClose,
  lossDetail,
  type TunnelEnd,
} from "./close_reason.ts";
import { abandon, type Connection, type DatagramPort } from "./transport/connection.ts";
import { DatagramReader } from "./datagram/datagram_reader.ts";
import { DatagramWriter } from "./datagram/datagram_writer.ts";
import type { FrameWriter } from "./record/frame_writer.ts";
import { Keepalive, type KeepaliveOptions } from "./keepalive.ts";
import { Liveness, type SilenceObserver } from "./liveness.ts";
import { PeerAllowance } from "./peer_allowance.ts";
import { ControlType, type Violation } from "./record/record.ts";
import { type RecordBuffer, RecordReader } from "./record/record_reader.ts";
import { RecordWriter } from "./record/record_writer.ts";
import type { TunnelDrop, TunnelSink } from "./tunnel_sink.ts";
import { DatagramTurn, type PollLoop, Turn } from "./turn.ts";

export type { KeepaliveOptions } from "./keepalive.ts";

/** Length of a receive buffer in bytes: several TLS records, so that one batch takes a backlog. */
export const TUNNEL_BUFFER = 256 * 1024;
/** Maximum bytes of one `write` of Deno's TLS. */
const MAX_WRITE = 64 * 1024;
const SHORT_WRITE = 16 * 1024;
/** Offset of datagrams in the buffer, if it has them; the stream's records are before it. */
const DATAGRAMS_AT = 64 * 1024;
/** Time for a close record to arrive if closing would discard it, in milliseconds. */
const LAST_WORDS = 500;
/** The same for a peer that floods us: QUIC keeps unread data, and freeing it takes time. */
const LAST_WORDS_IN_FLOOD = 100;

/** Options of a tunnel. */
export interface TunnelOptions {
  connection: Connection;
  /** Receive buffer; the link can send from it without copying. */
  buffer: RecordBuffer;
  keepalive: KeepaliveOptions;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
  pollLoop: PollLoop;
  /** What the peer may send through all of its tunnels; by default, through this one. */
  allowance?: PeerAllowance;
  /** Notified when nothing more arrives, long before the keepalive's timeout, until the end. */
  silence?: SilenceObserver;
  /** Called with each round trip of a ping, in milliseconds, until the end. */
  measured?: (roundTrip: number) => void;
  /** Whether the path decides about the congestion control; by default it does not. */
  suitsPath?: () => boolean;
}

/**
 * One authenticated connection that carries records in both directions.
 *
 *     open ──close()──────────▶ closing ──flushed──▶ ended
 *       │ violation               │ timeout            ▲
 *       ├─────────────────────────┘                    │
 *       └─peer's close, end of stream, keepalive───────┘
 */
export class Tunnel {
  readonly writer: FrameWriter;
  /** The memory that the offsets of `TunnelSink` refer to. */
  readonly buffer: RecordBuffer;
  /** Last round trip of a ping, in milliseconds; undefined before the first. */
  roundTrip: number | undefined;
  #connection: Connection;
  #now: () => number;
  #pollLoop: PollLoop;
  #pings: Keepalive;
  #measured: TunnelOptions["measured"];
  #liveness: Liveness;
  #allowance: PeerAllowance;
  #end: TunnelEnd | undefined;
  /** Whether `run` has returned: nothing is delivered after that. */
  #isOver = false;
  #violation: Violation | undefined;
  #sink: TunnelSink | undefined;
  #abort = Promise.withResolvers<void>();
  /** Sends datagrams, if the connection has them. */
  #datagrams: DatagramWriter | undefined;

  constructor(options: TunnelOptions) {
    this.#connection = options.connection;
    this.buffer = options.buffer;
    this.#now = options.now;
    this.#measured = options.measured;
    this.#pollLoop = options.pollLoop;
    const dropped = (reason: TunnelDrop) => this.#sink?.dropped(reason);
    const failed = (cause: unknown) => this.#lost(cause);
    const { now, silence, connection: { datagrams: port } } = options;
    const stream = new RecordWriter({
      outlet: {
        portion: MAX_WRITE,
        shortPortion: SHORT_WRITE,
        roundTrip: () => this.tcp?.minRoundTrip,
        send: (bytes) => options.connection.write(bytes),
      },
      failed,
      dropped,
      now,
    });
    this.#datagrams = port && new DatagramWriter({ stream, port, dropped, failed, now });
    this.writer = this.#datagrams ?? stream;
    this.#allowance = options.allowance ?? new PeerAllowance(now);
    const say = (body: Uint8Array) => this.#say(ControlType.ping, body);
    this.#pings = new Keepalive(say, now, this.#allowance.pings);
    this.#liveness = new Liveness({
      keepalive: options.keepalive,
      pings: this.#pings,
      now,
      lastSent: () => this.writer.lastSent,
      progress: () => this.tcp && { ...this.tcp, queued: this.writer.queuedBytes },
      dead: () => this.#finish("keepalive-timeout", "us", "nothing received in time"),
      silence: silence && ((time) => this.#end ?? silence(time)),
      suitPath: () => options.suitsPath?.() && options.connection.suitPath?.(),
    });
  }

  /** Whether the peer answers a ping within `patience` ms; false if the tunnel has ended. */
  answers(patience: number): Promise<boolean> {
    if (this.#isOver || this.#end !== undefined) return Promise.resolve(false);
    return this.#pings.answers(patience);
  }

  /** Checks whether data sent now reaches the peer. */
  get path(): Pick<Keepalive, "prove" | "isProven"> {
    return this.#pings;
  }

  /** Whether the peer reads the record "ended". */
  get readsEnded(): boolean {
    return this.#connection.readsEnded === true;
  }

  /** The kernel's view of the connection, if it is over TCP. */
  get tcp(): ReturnType<NonNullable<Connection["tcp"]>> {
    return this.#connection.tcp?.();
  }

  /** Ends the tunnel after the current records, because the peer has violated the protocol. */
  violated(violation: Violation): void {
    this.#violation ??= violation;
  }

  /**
   * Ends the tunnel of a peer that does not read: no room is left for what must reach it. The peer
   * learns what it has missed when it resumes its sessions.
   */
  overrun(): void {
    const detail = "the send queue is full: the peer does not read, or the path is too slow";
    this.#finish("not-reading", "us", detail);
  }

  /** Applies other times; the new interval begins after the next ping. */
  reconfigure(keepalive: KeepaliveOptions): void {
    this.#liveness.reconfigure(keepalive);
  }

  /** Delivers records until the tunnel ends and its connection is closed; returns how it ended. */
  async run(sink: TunnelSink): Promise<TunnelEnd> {
    this.#sink = sink;
    this.#liveness.start();
    const reading = this.#read(sink).catch((cause) => this.#lost(cause));
    const { datagrams: port } = this.#connection;
    if (port !== undefined) this.#readDatagrams(port, sink).catch((cause) => this.#lost(cause));
    await Promise.race([reading, this.#abort.promise]);
    this.#isOver = true;
    this.#liveness.stop();
    abandon(this.#connection);
    return this.#end ?? { reason: "connection-lost", by: "network", detail: "end of stream" };
  }

  /** Sends queued records and a close record, within `grace` milliseconds, and ends the tunnel. */
  async close(code: CloseCode, detail: string, grace: number, least = LAST_WORDS): Promise<void> {
    if (this.#end !== undefined) return;
    this.#end = { reason: code, by: "us", detail };
    this.writer.control(ControlType.close, encodeClose(code, detail));
    const expired = Promise.withResolvers<void>();
    const patience = this.#connection.delivered === undefined ? grace : Math.max(grace, least);
    const timer = setTimeout(expired.resolve, patience);
    const said = this.writer.drained().then(() => this.#connection.delivered?.());
    await Promise.race([said, expired.promise]);
    clearTimeout(timer);
    this.#abort.resolve();
  }

  async #read(sink: TunnelSink): Promise<void> {
    const datagrams = this.#datagrams;
    const { bytes, view } = this.buffer;
    const turn = new Turn(this.#now, this.#pollLoop);
    const space = datagrams === undefined ? bytes : bytes.subarray(0, DATAGRAMS_AT);
    const records = new RecordReader({ bytes: space, view }, {
      session: (handle, offset, length) => {
        datagrams?.shown(handle);
        sink.session(handle, offset, length);
      },
      discovery: (handle, offset, length) => sink.discovery(handle, offset, length),
      control: (type, offset, length) => this.#control(type, offset, length, sink),
      batchEnd: () => sink.batchEnd(),
    }, (isTraffic) => turn.isOver(isTraffic));
    while (true) {
      const pause = turn.pause();
      if (pause !== undefined) await pause;
      const count = records.hasMore ? 0 : await this.#connection.read(records.space());
      if (count === null) return;
      turn.begin(count);
      if (this.#isOver || this.#end?.by === "peer") return;
      if (count > 0) this.#liveness.heard();
      const violation = records.received(count) ?? this.#violation;
      turn.end();
      if (violation !== undefined) await this.close("protocol-violation", violation, 1_000);
      if (this.#end !== undefined && this.#end.by !== "us") return;
      if (violation !== undefined) return;
    }
  }

  async #readDatagrams(port: DatagramPort, sink: TunnelSink): Promise<void> {
    let arrived = 0; // one reading of the clock serves a batch
    const reader = new DatagramReader(this.buffer, DATAGRAMS_AT, {
      session: (handle, offset, length) => {
        this.#datagrams?.shown(handle);
        return sink.session(handle, offset, length);
      },
      ping: (number, packets) => this.#datagrams?.pinged(number, packets),
      pong: (number, packets) => this.#datagrams?.ponged(number, packets) ?? false,
      dropped: (reason) => sink.dropped(reason),
      batchEnd: () => sink.batchEnd(),
    }, { now: () => arrived, allowance: this.#allowance });
    const turn = new DatagramTurn(this.#pollLoop);
    while (true) {
      let datagram: Uint8Array;
      try {
        datagram = await port.receive();
      } catch {
        return; // the stream reports how the connection has ended
      }
      if (this.#isOver || this.#end !== undefined && !this.#isLeaving) return;
      if (!reader.hasBatch) arrived = this.#liveness.heard();
      const violation = reader.received(datagram);
      if (violation !== undefined) {
        return await this.close("protocol-violation", violation, 0, LAST_WORDS_IN_FLOOD);
      }
      const pause = turn.took(datagram.length);
      if (pause !== undefined) await pause;
    }
  }

  /** Whether we end the tunnel for no fault of the peer, so that late data is still delivered. */
  get #isLeaving(): boolean {
    return this.#end?.by === "us" && this.#end.reason !== "protocol-violation";
  }

  #control(
    type: number,
    offset: number,
    length: number,
    sink: TunnelSink,
  ): Violation | undefined {
    const body = this.buffer.bytes.subarray(offset, offset + length);
    if (type === ControlType.ping) {
      if (!this.#pings.admitsPing()) return "ping-rate";
      this.#say(ControlType.pong, body);
    } else if (type === ControlType.pong) {
      // A pong may also say that data behind it may use datagrams again.
      if (!this.#datagrams?.confirmed(body)) this.#ponged(body, sink);
    } else if (type === ControlType.close) {
      const { reason, by, detail } = decodeClose(body);
      this.#finish(reason, by, detail);
    } else {
      return sink.control(type, body);
    }
    return undefined;
  }

  #ponged(body: Uint8Array, sink: TunnelSink): void {
    const roundTrip = this.#liveness.ponged(body);
    if (roundTrip === undefined) return sink.dropped("pong-unexpected");
    this.roundTrip = roundTrip;
    sink.roundTrip?.(roundTrip);
    if (this.#end === undefined) this.#measured?.(roundTrip);
  }

  /** Sends a control record immediately. */
  #say(type: number, body: Uint8Array): void {
    if (this.writer.control(type, body)) this.writer.flush();
    else this.overrun();
  }

  #lost(cause: unknown): void {
    this.#finish("connection-lost", "network", lossDetail(cause));
  }

  /** Ends the tunnel at once, for this reason unless there is one already. */
  #finish(reason: TunnelEnd["reason"], by: TunnelEnd["by"], detail: string): void {
    this.#end ??= { reason, by, detail };
    this.#abort.resolve();
  }
}
