import { errno, libc } from "../libc.ts";
import { HEADER_BYTES, type TransmitDrop } from "./link.ts";
import type { Region } from "../memory.ts";
import { type PinnedRegion, pinnedRegion, writeAddress } from "../memory.ts";
import { MAX_WAITS, sendFrame, waitWritable } from "./send_frame.ts";
import { classifySendError } from "./transmit_error.ts";
import { MIN_FRAME, type Outlet, type Transmitter } from "./transmitter.ts";

/** Maximum frames per call. More gains nothing and holds the event loop longer. */
const CAPACITY = 256;
const HEADER_WORDS = HEADER_BYTES / 4;

// struct mmsghdr, in 32-bit words: msg_iov 16, msg_iovlen 24; 64 bytes.
const MESSAGE_BYTES = 64;
const MESSAGE_WORDS = MESSAGE_BYTES / 4;
const IOVEC_COUNT_WORD = 24 / 4;
// struct iovec { base, len }: header, body, padding.
const IOVECS = 3;
const IOVEC_WORDS = IOVECS * 4;

/**
 * Frames to send with one sendmmsg(2). Headers are copied into the batch; bodies are sent from
 * where they are. All structures are laid out once; a frame writes only the fields that differ.
 */
export class TransmitBatch implements Transmitter {
  #messages = pinnedRegion(CAPACITY * MESSAGE_BYTES);
  #iovecs = pinnedRegion(CAPACITY * IOVEC_WORDS * 4);
  #headers = pinnedRegion(CAPACITY * HEADER_BYTES);
  #zeros = pinnedRegion(MIN_FRAME);
  #messageWords = new Uint32Array(this.#messages.bytes.buffer);
  #iovecWords = new Uint32Array(this.#iovecs.bytes.buffer);
  #headerWords = new Uint32Array(this.#headers.bytes.buffer);
  /** Bodies of the queued frames: an address alone would not keep their memory alive. */
  #bodies = new Array<Region | undefined>(CAPACITY).fill(undefined);
  #count = 0;
  #outlet: Outlet;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
    for (let i = 0; i < CAPACITY; i++) {
      const iovec = i * IOVEC_WORDS * 4;
      writeAddress(this.#messages.view, i * MESSAGE_BYTES + 16, this.#iovecs, iovec);
      writeAddress(this.#iovecs.view, iovec, this.#headers, i * HEADER_BYTES);
      this.#iovecs.view.setUint32(iovec + 8, HEADER_BYTES, true);
      writeAddress(this.#iovecs.view, iovec + 32, this.#zeros, 0);
    }
  }

  /** Adds a frame; see `Link.queue`. */
  queue(
    headers: Uint32Array,
    at: number,
    body: Region,
    offset: number,
    length: number,
  ): void {
    if (this.#count === CAPACITY) this.flush();
    const i = this.#count++;
    this.#bodies[i] = body;
    const h = i * HEADER_WORDS;
    const words = this.#headerWords;
    words[h] = headers[at];
    words[h + 1] = headers[at + 1];
    words[h + 2] = headers[at + 2];
    words[h + 3] = headers[at + 3];
    words[h + 4] = headers[at + 4];
    const v = i * IOVEC_WORDS;
    // Regions of a link are always pinned: see `PacketLink.region`.
    const { addressLow, addressHigh } = body as PinnedRegion;
    const low = addressLow + offset;
    const iovecs = this.#iovecWords;
    iovecs[v + 4] = low;
    iovecs[v + 5] = addressHigh + (low > 0xffff_ffff ? 1 : 0);
    iovecs[v + 6] = length;
    const padding = MIN_FRAME - HEADER_BYTES - length;
    if (padding > 0) iovecs[v + 10] = padding;
    this.#messageWords[i * MESSAGE_WORDS + IOVEC_COUNT_WORD] = padding > 0 ? 3 : 2;
  }

  /** Sends all queued frames; counts those that cannot be sent. */
  flush(): void {
    const count = this.#count;
    let from = 0;
    let waits = 0;
    this.#count = 0;
    while (from < count) {
      const messages = from === 0
        ? this.#messages.bytes
        : this.#messages.bytes.subarray(from * MESSAGE_BYTES);
      const sent = libc().sendmmsg(this.#outlet.fd, messages, count - from, 0);
      if (sent > 0) {
        this.#countSent(from, sent);
        from += sent;
        continue;
      }
      const verdict = classifySendError(errno());
      if (verdict === "retry") continue;
      if (verdict === "wait" && waits++ < MAX_WAITS) {
        waitWritable(this.#outlet.fd);
        continue;
      }
      const all = verdict === "wait" || verdict === "link-down";
      const lost = all ? count - from : 1;
      this.#countDrops(verdict === "wait" ? "transmit-full" : verdict, lost);
      from += lost;
    }
    this.#bodies.fill(undefined, 0, count);
  }

  #countSent(from: number, sent: number): void {
    const { statistics } = this.#outlet;
    statistics.sentFrames += sent;
    for (let i = from; i < from + sent; i++) {
      const length = HEADER_BYTES + this.#iovecWords[i * IOVEC_WORDS + 6];
      statistics.sentBytes += Math.max(MIN_FRAME, length);
    }
  }

  #countDrops(reason: TransmitDrop, lost: number): void {
    this.#outlet.statistics.drops[reason] += lost;
    if (reason === "link-down") this.#outlet.recheckLink();
  }

  /** Sends one whole frame after the queued ones; see `Link.send`. */
  send(frame: Uint8Array): void {
    this.flush();
    const padded = new Uint8Array(Math.max(MIN_FRAME, frame.length));
    padded.set(frame);
    sendFrame(this.#outlet, padded, padded.length);
  }
}
