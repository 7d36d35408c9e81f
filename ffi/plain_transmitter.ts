import { HEADER_BYTES, type LinkStatistics, type Region } from "./link.ts";
import { sendFrame } from "./send_frame.ts";
import { MIN_FRAME, type Transmitter } from "./transmitter.ts";

/** Longest frame that a link may be asked to send. */
const MAX_FRAME = 64 * 1024;

/** Sends with one send(2) a frame, at once: the counterpart of the plain receiver. */
export class PlainTransmitter implements Transmitter {
  #frame = new Uint8Array(MAX_FRAME);
  #fd: () => number;
  #statistics: LinkStatistics;

  /** `fd` gives the socket at the time of sending: a link may have to open a new one. */
  constructor(fd: () => number, statistics: LinkStatistics) {
    this.#fd = fd;
    this.#statistics = statistics;
  }

  queue(headers: Uint32Array, at: number, body: Region, offset: number, length: number): void {
    this.#frame.set(new Uint8Array(headers.buffer, headers.byteOffset + at * 4, HEADER_BYTES));
    this.#frame.set(body.bytes.subarray(offset, offset + length), HEADER_BYTES);
    this.#sendPadded(HEADER_BYTES + length);
  }

  flush(): void {}

  send(frame: Uint8Array): void {
    this.#frame.set(frame);
    this.#sendPadded(frame.length);
  }

  #sendPadded(length: number): void {
    if (length < MIN_FRAME) this.#frame.fill(0, length, MIN_FRAME);
    sendFrame(this.#fd(), this.#frame, Math.max(length, MIN_FRAME), this.#statistics);
  }
}
