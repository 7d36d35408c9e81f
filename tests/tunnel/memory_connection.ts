import type { Connection } from "../../src/tunnel/transport/connection.ts";

/** One end of a connection in memory. */
export class MemoryConnection implements Connection {
  peer: MemoryConnection | undefined;
  closed = false;
  readsEnded?: boolean;
  /** Bytes that the other end has written so far. */
  receivedBytes = 0;
  /** Bytes that have been read from this end so far. */
  readBytes = 0;
  #chunks: Uint8Array[] = [];
  /** What was written while the connection is blocked; undefined while it is not. */
  #held: Uint8Array[] | undefined;
  #waiting: (() => void) | undefined;
  /** Waits for this end's reader to process everything. */
  #idle: (() => void)[] = [];

  async read(bytes: Uint8Array): Promise<number | null> {
    while (this.#chunks.length === 0) {
      if (this.closed) throw new Deno.errors.BadResource("Closed");
      if (this.peer?.closed) return null;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
        this.#rest();
      });
    }
    const chunk = this.#chunks[0];
    const count = Math.min(chunk.length, bytes.length);
    bytes.set(chunk.subarray(0, count));
    this.readBytes += count;
    if (count === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(count);
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.closed || this.peer === undefined || this.peer.closed) {
      return Promise.reject(new Deno.errors.BrokenPipe("The peer has gone"));
    }
    if (this.#held !== undefined) this.#held.push(bytes.slice());
    else this.#pass(this.peer, bytes.slice());
    return Promise.resolve(bytes.length);
  }

  /** Blocks everything that this end writes, until the returned function is called. */
  stall(): () => void {
    const held: Uint8Array[] = this.#held = [];
    return () => {
      this.#held = undefined;
      for (const bytes of held) if (this.peer !== undefined) this.#pass(this.peer, bytes);
    };
  }

  #pass(peer: MemoryConnection, bytes: Uint8Array): void {
    peer.receivedBytes += bytes.length;
    peer.#chunks.push(bytes);
    peer.#wake();
  }

  /**
   * Resolves when the other end has processed everything that was written: its reader asks for
   * more, or either end has closed.
   */
  taken(): Promise<void> {
    const { peer } = this;
    if (peer === undefined || peer.closed || this.closed) return Promise.resolve();
    if (peer.#chunks.length === 0 && peer.#waiting !== undefined) return Promise.resolve();
    return new Promise((resolve) => peer.#idle.push(resolve));
  }

  close(): void {
    this.closed = true;
    for (const end of this.peer === undefined ? [this] : [this, this.peer]) {
      end.#wake();
      end.#rest();
    }
  }

  #rest(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}

/** Two ends of one connection. */
export function memoryConnectionPair(): [MemoryConnection, MemoryConnection] {
  const [a, b] = [new MemoryConnection(), new MemoryConnection()];
  [a.peer, b.peer] = [b, a];
  return [a, b];
}

/** A buffer for a record reader. */
export function recordBuffer(size = 64 * 1024): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer) };
}
