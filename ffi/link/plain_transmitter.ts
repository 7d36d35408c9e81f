import { HEADER_BYTES } from "./link.ts";
import type { Region } from "../memory.ts";
import { sendFrame } from "./send_frame.ts";
import { MIN_FRAME, type Outlet, type Transmitter } from "./transmitter.ts";

/** Maximum length of a frame that a link accepts for sending, in bytes. */
const MAX_FRAME = 64 * 1024;

/** Sends each frame immediately with send(2): the counterpart of the plain receiver. */
export class PlainTransmitter implements Transmitter {
  #frame = new Uint8Array(MAX_FRAME);
  #outlet: Outlet;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  queue(headers: Uint32Array, at: number, body: Region, offset: number, length: number): void {
    if (HEADER_BYTES + length > MAX_FRAME) return this.#tooLong();
    this.#frame.set(new Uint8Array(headers.buffer, headers.byteOffset + at * 4, HEADER_BYTES));
    this.#frame.set(body.bytes.subarray(offset, offset + length), HEADER_BYTES);
    this.#sendPadded(HEADER_BYTES + length);
  }

  flush(): void {}

  send(frame: Uint8Array): void {
    if (frame.length > MAX_FRAME) return this.#tooLong();
    this.#frame.set(frame);
    this.#sendPadded(frame.length);
  }

  #sendPadded(length: number): void {
    if (length < MIN_FRAME) this.#frame.fill(0, length, MIN_FRAME);
    sendFrame(this.#outlet, this.#frame, Math.max(length, MIN_FRAME));
  }

  #tooLong(): void {
    this.#outlet.statistics.drops["frame-too-long"]++;
  }
}
