import { type DatagramDrop, HALF_HEADER } from "./datagram.ts";
import { RECORD_HEADER } from "./record.ts";

/** Frames whose other half is awaited at most. */
export const MAX_HALVES = 64;
/** Milliseconds for which a half waits for the other: more than paths reorder by. */
export const HALF_AGE = 500;

interface Waiting {
  datagram: Uint8Array;
  view: DataView;
  since: number;
}

/**
 * Rejoins frames that came as two halves, in whichever order. A place for a half is found by its
 * frame number; who comes later to a taken place puts out who waits there.
 */
export class HalfJoiner {
  #waiting: (Waiting | undefined)[] = new Array(MAX_HALVES).fill(undefined);
  #dropped: (reason: DatagramDrop) => void;
  #now: () => number;

  constructor(dropped: (reason: DatagramDrop) => void, now: () => number) {
    this.#dropped = dropped;
    this.#now = now;
  }

  /** Takes a well-formed half, which is kept; writes the frame to `target` when it is complete. */
  take(datagram: Uint8Array, view: DataView, target: Uint8Array): boolean {
    const place = view.getUint16(RECORD_HEADER) % MAX_HALVES;
    const other = this.#waiting[place];
    const now = this.#now();
    if (other === undefined || !this.#fits(other, view, now)) {
      this.#waiting[place] = { datagram, view, since: now };
      return false;
    }
    if (isFirst(other.view) === isFirst(view)) {
      this.#dropped("half-duplicate");
      return false;
    }
    this.#waiting[place] = undefined;
    const [first, second] = isFirst(view) ? [datagram, other.datagram] : [other.datagram, datagram];
    const length = view.getUint32(0) >>> 16 & 0x3fff;
    if (first.length + second.length !== 2 * HALF_HEADER + length) {
      this.#dropped("half-mismatch");
      return false;
    }
    target.set(first.subarray(HALF_HEADER));
    target.set(second.subarray(HALF_HEADER), first.length - HALF_HEADER);
    return true;
  }

  /** Whether who waits may be of the same frame; if not, why it is put out is counted. */
  #fits(other: Waiting, view: DataView, now: number): boolean {
    const same = other.view.getUint32(0) === view.getUint32(0) &&
      other.view.getUint16(RECORD_HEADER) === view.getUint16(RECORD_HEADER);
    if (same && now - other.since <= HALF_AGE) return true;
    this.#dropped(same ? "half-late" : "half-lost");
    return false;
  }
}

function isFirst(view: DataView): boolean {
  return view.getUint16(RECORD_HEADER + 2) === 0;
}
