import { ETHERTYPE_SESSION, SESSION_HEADER } from "../../pppoe/constants.ts";
import { type Mac, writeMac } from "../../pppoe/mac.ts";
import { FrameTable } from "./frame_table.ts";
import type { Orphan } from "./orphans.ts";

/** Maximum number of claims remembered; further ones are ignored. */
const MAX_CLAIMS = 16_384;
/** Time to wait for a frame of the session from its host, in milliseconds. */
const CLAIM_LIFETIME = 600_000;

/**
 * Sessions that, according to the other proxy, we had before a restart. The claim may be wrong, so
 * no PADT is sent until the host on the wire itself sends a frame of the session.
 */
export class Claims {
  #found = new FrameTable();
  #claims: ({ orphan: Orphan; until: number } | undefined)[] = [];
  #free: number[] = [];
  #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Number of claims that wait for a frame. */
  get size(): number {
    return this.#found.size;
  }

  /** Adds a claimed session. */
  add(orphan: Orphan): void {
    const head = headOf(orphan);
    if (this.#found.size >= MAX_CLAIMS || this.#found.lookup(head, 0) >= 0) return;
    const index = this.#free.pop() ?? this.#claims.length;
    this.#claims[index] = { orphan, until: this.#now() + CLAIM_LIFETIME };
    this.#found.insert(head, 0, index);
  }

  /** Removes and returns the session of the frame at `at`. Allocates nothing if none is claimed. */
  take(view: DataView, at: number): Orphan | undefined {
    if (this.#found.size === 0) return undefined;
    const index = this.#found.lookup(view, at);
    return index < 0 ? undefined : this.#remove(index);
  }

  /** Removes a session that its host has ended itself. */
  forget(remote: Mac, local: Mac, sessionId: number): void {
    const index = this.#found.lookup(headOf({ remote, local, sessionId }), 0);
    if (index >= 0) this.#remove(index);
  }

  /** Removes expired claims. */
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

/** Returns the header of a frame from the host. */
function headOf({ remote, local, sessionId }: Orphan): DataView {
  const bytes = new Uint8Array(SESSION_HEADER);
  const view = new DataView(bytes.buffer);
  writeMac(bytes, 0, local);
  writeMac(bytes, 6, remote);
  view.setUint16(12, ETHERTYPE_SESSION);
  view.setUint16(16, sessionId);
  return view;
}
