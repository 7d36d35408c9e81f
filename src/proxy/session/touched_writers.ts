import type { Peer } from "./session.ts";

/** The tunnel writers that a batch has put frames into, which are flushed at its end. */
export class TouchedWriters {
  /** Peers with frames in this batch, and in the last one. */
  #touched: Peer[] = [];
  #served: Peer[] = [];

  /** Marks a peer's writer for flushing at the end of the batch. */
  touch(peer: Peer): void {
    if (peer.touched) return;
    peer.touched = true;
    peer.tunnel?.writer.beginBatch();
    this.#touched.push(peer);
  }

  /** Flushes the marked writers. */
  flush(): void {
    for (const peer of this.#touched) {
      peer.touched = false;
      peer.tunnel?.writer.flush();
    }
    [this.#touched, this.#served] = [this.#served, this.#touched];
    this.#touched.length = 0;
  }

  /** Whether a tunnel used by the last batch is still sending. */
  get areSending(): boolean {
    for (const { tunnel } of this.#served) if (tunnel?.writer.isSending === true) return true;
    return false;
  }

  /** Whether all tunnels used by the last batch are full at the moment. */
  get areFull(): boolean {
    return this.#served.length > 0 &&
      this.#served.every(({ tunnel }) => tunnel?.writer.isFull === true);
  }
}
