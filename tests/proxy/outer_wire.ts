import type { MemoryLink } from "../../ffi/link/loopback.ts";
import { type DiscoveryPacket, encodeDiscovery, parseDiscovery } from "../../src/pppoe/frame.ts";
import { encodeTags, readTags, type Tag } from "../../src/pppoe/tags.ts";

/**
 * Time limit for a frame, in milliseconds; in memory it arrives within a turn or two of the event
 * loop.
 */
const DEADLINE = 20_000;

/** A parsed frame on one of the outer wires. */
export interface SeenPacket extends DiscoveryPacket {
  list: Tag[];
  frame: Uint8Array;
}

/** A wire that a test plays on: frames in, frames out. */
export class OuterWire {
  readonly frames: Uint8Array[] = [];
  #waiting: (() => void) | undefined;
  #link: MemoryLink;

  constructor(link: MemoryLink) {
    this.#link = link;
    link.run({
      frame: (bytes, _view, offset, length) => {
        this.frames.push(bytes.slice(offset, offset + length));
        this.#waiting?.();
      },
      batchEnd() {},
      state: () => {},
    });
  }

  /** Sends a discovery packet on the wire. */
  send(packet: Omit<DiscoveryPacket, "tags">, tags: Tag[]): void {
    this.#link.send(encodeDiscovery({ ...packet, tags: encodeTags(tags) }));
  }

  /** Sends a whole frame on the wire. */
  sendRaw(frame: Uint8Array): void {
    this.#link.send(frame);
  }

  /** Waits for the next frame. */
  async next(): Promise<Uint8Array> {
    if (this.frames.length === 0) await this.#frame();
    return this.frames.shift() ?? new Uint8Array(0);
  }

  async #frame(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting = resolve;
    const late = () => reject(new Error(`Expected a frame within ${DEADLINE} ms`));
    const timer = setTimeout(late, DEADLINE);
    await promise.finally(() => clearTimeout(timer));
  }

  /** Waits for the next frame and parses it as a discovery packet. */
  async packet(): Promise<SeenPacket> {
    const frame = await this.next();
    const packet = parseDiscovery(frame);
    if (typeof packet === "string") throw new Error(`Expected a discovery packet: ${packet}`);
    const list = readTags(packet.tags);
    if (typeof list === "string") throw new Error(`Expected tags: ${list}`);
    return { ...packet, list, frame };
  }
}
