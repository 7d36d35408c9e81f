import { type DatagramDrop, FRAGMENT_HEADER } from "./datagram.ts";
import { RECORD_HEADER } from "../record/record.ts";

/** Maximum number of frames that wait for their other fragment. */
export const MAX_FRAGMENTS = 64;
/** How long a fragment waits for the other, in milliseconds: more than a path's reordering. */
export const FRAGMENT_AGE = 500;

interface Waiting {
  datagram: Uint8Array;
  view: DataView;
  since: number;
}

/**
 * Reassembles frames from two fragments, which may arrive in either order. The frame number selects
 * a slot; a later frame that needs the same slot evicts the fragment waiting there.
 */
export class Reassembly {
  #waiting: (Waiting | undefined)[] = new Array(MAX_FRAGMENTS).fill(undefined);
  #dropped: (reason: DatagramDrop) => void;
  #now: () => number;

  constructor(dropped: (reason: DatagramDrop) => void, now: () => number) {
    this.#dropped = dropped;
    this.#now = now;
  }

  /**
   * Takes ownership of a well-formed fragment. If it completes a frame, writes that to `target` and
   * returns true.
   */
  take(datagram: Uint8Array, view: DataView, target: Uint8Array): boolean {
    const place = view.getUint16(RECORD_HEADER) % MAX_FRAGMENTS;
    const other = this.#waiting[place];
    const now = this.#now();
    if (other === undefined || !this.#fits(other, view, now)) {
      this.#waiting[place] = { datagram, view, since: now };
      return false;
    }
    if (isFirst(other.view) === isFirst(view)) {
      this.#dropped("fragment-duplicate");
      return false;
    }
    this.#waiting[place] = undefined;
    const [first, second] = isFirst(view) ? [datagram, other.datagram] : [other.datagram, datagram];
    const length = view.getUint32(0) >>> 16 & 0x3fff;
    if (first.length + second.length !== 2 * FRAGMENT_HEADER + length) {
      this.#dropped("fragment-mismatch");
      return false;
    }
    target.set(first.subarray(FRAGMENT_HEADER));
    target.set(second.subarray(FRAGMENT_HEADER), first.length - FRAGMENT_HEADER);
    return true;
  }

  /**
   * Whether the waiting fragment may belong to the same frame; if not, counts why it is evicted.
   */
  #fits(other: Waiting, view: DataView, now: number): boolean {
    const same = other.view.getUint32(0) === view.getUint32(0) &&
      other.view.getUint16(RECORD_HEADER) === view.getUint16(RECORD_HEADER);
    if (same && now - other.since <= FRAGMENT_AGE) return true;
    this.#dropped(same ? "fragment-late" : "fragment-lost");
    return false;
  }
}

function isFirst(view: DataView): boolean {
  return view.getUint16(RECORD_HEADER + 2) === 0;
}
