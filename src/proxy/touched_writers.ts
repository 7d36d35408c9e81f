import type { Member } from "./session.ts";

/** The tunnel writers that a batch has put frames into, which are flushed at its end. */
export class TouchedWriters {
  /** Peers with frames in this batch, and in the last one. */
  #touched: Member[] = [];
  #served: Member[] = [];

  /** Marks a peer's writer for flushing at the end of the batch. */
  touch(member: Member): void {
    if (member.touched) return;
    member.touched = true;
    member.tunnel?.writer.beginBatch();
    this.#touched.push(member);
  }

  /** Flushes the marked writers. */
  flush(): void {
    for (const member of this.#touched) {
      member.touched = false;
      member.tunnel?.writer.flush();
    }
    [this.#touched, this.#served] = [this.#served, this.#touched];
    this.#touched.length = 0;
  }

  /** Whether all tunnels used by the last batch are full at the moment. */
  get areFull(): boolean {
    return this.#served.length > 0 &&
      this.#served.every(({ tunnel }) => tunnel?.writer.isFull === true);
  }
}
