import { ETHERTYPE_SESSION, SESSION_HEADER } from "../pppoe/constants.ts";
import { type Mac, writeMac } from "../pppoe/mac.ts";
import { FrameTable } from "./frame_table.ts";
import type { Orphan } from "./orphans.ts";

/** Claims remembered; what is more is not. */
const MAX_CLAIMS = 16_384;
/** How long the peer's own frame is waited for. Milliseconds. */
const PATIENCE = 600_000;

/**
 * Sessions of which the far proxy says that we had them before we were started anew. It may be
 * wrong, so nobody is told anything until a frame of the session comes from the peer itself.
 */
export class Claims {
  #found = new FrameTable();
  #claims: ({ orphan: Orphan; until: number } | undefined)[] = [];
  #free: number[] = [];
  #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Claims that wait for a frame. */
  get size(): number {
    return this.#found.size;
  }

  /** Remembers a session. */
  add(orphan: Orphan): void {
    const head = headOf(orphan);
    if (this.#found.size >= MAX_CLAIMS || this.#found.lookup(head, 0) >= 0) return;
    const index = this.#free.pop() ?? this.#claims.length;
    this.#claims[index] = { orphan, until: this.#now() + PATIENCE };
    this.#found.insert(head, 0, index);
  }

  /** The session of the frame at `at`, which is forgotten. Nothing is allocated where there is none. */
  take(view: DataView, at: number): Orphan | undefined {
    if (this.#found.size === 0) return undefined;
    const index = this.#found.lookup(view, at);
    return index < 0 ? undefined : this.#remove(index);
  }

  /** The peer has ended it by itself. */
  forget(remote: Mac, local: Mac, sessionId: number): void {
    const index = this.#found.lookup(headOf({ remote, local, sessionId }), 0);
    if (index >= 0) this.#remove(index);
  }

  /** Forgets what has waited too long. */
  expire(): void {
    const now = this.#now();
    this.#claims.forEach((claim, index) => {
      if (claim !== undefined && claim.until <= now) this.#remove(index);
    });
  }

  #remove(index: number): Orphan | undefined {
    const claim = this.#claims[index];
    if (claim === undefined) return undefined;
    this.#found.remove(headOf(claim.orphan), 0);
    this.#claims[index] = undefined;
    this.#free.push(index);
    return claim.orphan;
  }
}

/** The head of a frame from the peer. */
function headOf({ remote, local, sessionId }: Orphan): DataView {
  const bytes = new Uint8Array(SESSION_HEADER);
  const view = new DataView(bytes.buffer);
  writeMac(bytes, 0, local);
  writeMac(bytes, 6, remote);
  view.setUint16(12, ETHERTYPE_SESSION);
  view.setUint16(16, sessionId);
  return view;
}
