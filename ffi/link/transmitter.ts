import type { LinkStatistics } from "./link.ts";
import type { Region } from "../memory.ts";

/** The link that a transmitter sends for. */
export interface Outlet {
  /** The socket at the time of sending: a link may have to open a new one. -1 if closed. */
  readonly fd: number;
  readonly statistics: LinkStatistics;
  /** Called on an error that says the link is down: the kernel may report it only to the sender. */
  recheckLink(): void;
}

/** Sends frames on a packet socket; see `Link` for the contract of these calls. */
export interface Transmitter {
  queue(headers: Uint32Array, at: number, body: Region, offset: number, length: number): void;
  flush(): void;
  send(frame: Uint8Array): void;
}

/** Minimum length of a frame on the wire without its check sequence, in bytes (IEEE 802.3). */
export const MIN_FRAME = 60;
