import type { EndedSession } from "../../tunnel/session_ended.ts";
import { endOfCode, type SessionEnd } from "./session_end.ts";

/** Maximum number of ends that wait for the next tunnel; the other side learns no reason beyond. */
const MAX_UNTOLD = 4_096;

/**
 * Why the sessions of one peer end, by handle. Of an open session: what the peer has reported, just
 * before its PADT. Of one that has ended: why, until the handle is used again. Untouched pages cost
 * no memory.
 */
export class Endings {
  #codes = new Uint8Array(0x10000);
  /** Handles of sessions that have ended while the peer had no tunnel. */
  #untold = new Set<number>();

  /** Records that a session has opened under this handle. */
  opened(handle: number): void {
    this.#codes[handle] = 0;
    this.#untold.delete(handle);
  }

  /** Records a reason, reported by the peer or our own. */
  note(handle: number, code: number): void {
    this.#codes[handle] = code;
  }

  /** Records that the peer has yet to learn of a session's end, when it has a tunnel again. */
  untold(handle: number): void {
    if (this.#untold.size < MAX_UNTOLD) this.#untold.add(handle);
  }

  /** Returns what is known about the end of this handle's session. */
  reasonOf(handle: number): SessionEnd | undefined {
    return endOfCode(this.#codes[handle]);
  }

  /** Removes and returns the ends of which the peer has not learned. */
  takeUntold(): EndedSession[] {
    const ended = [...this.#untold].map((handle) => ({ handle, code: this.#codes[handle] }));
    this.#untold.clear();
    return ended;
  }
}
