import type { LinkStatistics, Region } from "./link.ts";

/** Where a transmitter sends to. */
export interface Outlet {
  /** The socket at the time of sending: a link may have to open a new one. -1 once it is closed. */
  readonly fd: number;
  readonly statistics: LinkStatistics;
  /** Called when the kernel says that the link is down, which it may tell the sender alone. */
  doubt(): void;
}

/** Sends frames on a packet socket; see `Link` for what the calls promise. */
export interface Transmitter {
  queue(headers: Uint32Array, at: number, body: Region, offset: number, length: number): void;
  flush(): void;
  send(frame: Uint8Array): void;
}

/** Shortest frame on the wire, without its check sequence (IEEE 802.3). */
export const MIN_FRAME = 60;
