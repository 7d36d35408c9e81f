import type { Region } from "./link.ts";

/** Sends frames on a packet socket; see `Link` for what the calls promise. */
export interface Transmitter {
  queue(headers: Uint32Array, at: number, body: Region, offset: number, length: number): void;
  flush(): void;
  send(frame: Uint8Array): void;
}

/** Shortest frame on the wire, without its check sequence (IEEE 802.3). */
export const MIN_FRAME = 60;
