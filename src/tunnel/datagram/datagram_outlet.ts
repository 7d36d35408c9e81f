import type { DatagramPort } from "../transport/connection.ts";
import {
  type DatagramDrop,
  encodePing,
  FRAGMENT_HEADER,
  MAX_FRAGMENT,
  PROBE_BYTES,
  writeFragment,
} from "./datagram.ts";
import { DatagramWindow } from "./datagram_window.ts";
import { LossWatch } from "./loss_watch.ts";
import type { PacketCounts } from "../record/frame_writer.ts";
import { GROUP, Packer, Parity, PARITY_HEADER } from "./packet.ts";
import { MAX_RECORD_BODY, RECORD_HEADER } from "../record/record.ts";
import type { RecordOutlet } from "../record/record_writer.ts";

/** Bounds of the bytes sent before the window is checked again. */
const MIN_PORTION = 2 * 1024;
const MAX_PORTION = 64 * 1024;
const SHORT_PORTION = 16 * 1024;
/** Minimum datagram size for packets, in bytes; every QUIC path carries more (RFC 9000 section 14). */
const MIN_SIZE = 256;

/**
 * Longest wait for QUIC to take a datagram, without an answer from the peer, in milliseconds. Quinn
 * counts datagrams that it discards when the path's datagram size shrinks as queued for ever, so
 * its queue can stay full.
 */
const STUCK_AFTER = 5_000;

/** What an outlet needs. */
export interface DatagramOutletOptions {
  port: DatagramPort;
  dropped: (reason: DatagramDrop) => void;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
}

/**
 * Sends records as datagrams while the window is open: as packets if the peer reads them, with a
 * parity for every {@linkcode GROUP} while the path loses some, otherwise one datagram or two
 * fragments for each record.
 */
export class DatagramOutlet implements RecordOutlet {
  #options: DatagramOutletOptions;
  #window = new DatagramWindow();
  #answer = Promise.withResolvers<void>();
  #losses: LossWatch;
  #packer = new Packer();
  #parity = new Parity();
  #frame = 0;
  #fragment = new DataView(new ArrayBuffer(MAX_FRAGMENT));
  #maxSize: number;
  /** Bytes that a parity needs beyond a packet; 0 while none is sent. */
  #reserve = 0;
  /** When the current portion began to be sent. */
  #sentAt = 0;
  /** The latest datagram, and an error that ended the connection. */
  #last: Promise<void> = Promise.resolve();
  #failure: unknown;
  /** When QUIC last took a datagram or the peer answered; Infinity while nothing waits for QUIC. */
  #movedAt = Infinity;

  constructor(options: DatagramOutletOptions) {
    this.#options = options;
    this.#losses = new LossWatch(options.now);
    this.#maxSize = options.port.maxSize;
  }

  get portion(): number {
    return Math.min(MAX_PORTION, Math.max(MIN_PORTION, this.#window.room));
  }

  get shortPortion(): number {
    return Math.min(SHORT_PORTION, this.portion);
  }

  /** What the peer's answers say of the packets; undefined if it counts none. */
  get packets(): PacketCounts | undefined {
    return this.#packs ? this.#losses.counts : undefined;
  }

  /** Maximum length of a payload that datagrams carry now, in bytes. */
  get maxPayload(): number {
    if (this.#packs) return this.#maxSize < MIN_SIZE ? -1 : MAX_RECORD_BODY;
    return 2 * (this.#maxSize - FRAGMENT_HEADER);
  }

  roundTrip(): number | undefined {
    return this.#window.baseDelay;
  }

  room(): Promise<void> | undefined {
    return this.#window.open ? undefined : this.#answered();
  }

  /**
   * Sends whole records. QUIC takes a datagram at once while there is room for it in its own queue,
   * so only the last one is awaited.
   */
  async send(records: Uint8Array): Promise<number> {
    this.#maxSize = this.#options.port.maxSize;
    this.#sentAt = this.#options.now();
    if (this.#packs) this.#sendPackets(records);
    else this.#sendRecords(records);
    this.#movedAt = this.#sentAt;
    await this.#last;
    this.#movedAt = Infinity;
    if (this.#failure !== undefined) throw this.#failure;
    return records.length;
  }

  /**
   * Handles a pong: the number of its ping, and the packets that the peer had received. Returns
   * false if no ping has that number.
   */
  ponged(number: number, received: number | undefined): boolean {
    const now = this.#options.now();
    const answer = this.#window.answered(number, now);
    if (answer === "unknown") return false;
    if (answer === "late") {
      this.#options.dropped("probe-late");
      return true;
    }
    if (this.#movedAt !== Infinity) this.#movedAt = now;
    if (received !== undefined) this.#losses.answered(number, received);
    if (this.#window.isStalled) this.#probe(now);
    this.#answer.resolve();
    return true;
  }

  /** Whether QUIC has stopped taking datagrams, so that only a new connection carries more. */
  isStuck(now: number): boolean {
    return now - this.#movedAt > STUCK_AFTER;
  }

  get #packs(): boolean {
    return this.#options.port.packs === true;
  }

  #sendPackets(records: Uint8Array): void {
    const reserve = this.#losses.isLossy ? PARITY_HEADER : 0;
    if (reserve === 0 && this.#reserve > 0) this.#parity.clear();
    this.#reserve = reserve;
    this.#packer.pack(records, this.#maxSize - reserve, (packet) => {
      this.#send(packet);
      if (this.#reserve === 0) return;
      this.#parity.add(packet);
      if (this.#parity.count < GROUP) return;
      this.#send(this.#parity.take());
      this.#parity.clear();
    });
  }

  #sendRecords(records: Uint8Array): void {
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
    for (let at = 0; at < records.length;) {
      const header = view.getUint32(at);
      const end = at + RECORD_HEADER + (header >>> 16 & MAX_RECORD_BODY);
      if (end - at <= this.#maxSize) this.#send(records.subarray(at, end));
      else this.#sendHalves(header & 0xffff, records.subarray(at + RECORD_HEADER, end));
      at = end;
    }
  }

  #sendHalves(handle: number, payload: Uint8Array): void {
    const middle = payload.length + 1 >> 1;
    this.#frame = this.#frame + 1 & 0xffff;
    for (const part of [[0, middle], [middle, payload.length]] as const) {
      const length = writeFragment(this.#fragment, handle, this.#frame, payload, part);
      this.#send(new Uint8Array(this.#fragment.buffer, 0, length));
    }
  }

  #send(datagram: Uint8Array): void {
    const { length } = datagram;
    this.#last = this.#options.port.send(datagram).catch((error) => this.#failed(error, length));
    if (this.#window.sent(length, this.#sentAt)) this.#probe(this.#sentAt);
  }

  #probe(now: number): void {
    const { port } = this.#options;
    const number = this.#window.probe(now);
    this.#losses.probed(number, this.#packer.count);
    if (PROBE_BYTES > port.maxSize) return;
    this.#last = port.send(encodePing(number)).catch((error) => this.#failed(error, PROBE_BYTES));
  }

  /** A datagram longer than the path now carries is lost; any other failure ends the connection. */
  #failed(error: unknown, length: number): void {
    this.#maxSize = this.#options.port.maxSize;
    if (length > this.#maxSize) this.#options.dropped("datagram-too-long");
    else this.#failure ??= error;
  }

  /** Waits until the window is open again. */
  async #answered(): Promise<void> {
    while (!this.#window.open) {
      this.#answer = Promise.withResolvers();
      const timer = setTimeout(() => {
        if (this.#window.expired()) this.#probe(this.#options.now());
        this.#answer.resolve();
      }, this.#window.patience);
      await this.#answer.promise;
      clearTimeout(timer);
    }
  }
}
