import type { CaptureFilter, CaptureSide } from "./capture_filter.ts";
import type { CaptureClock } from "./capture_clock.ts";
import { maskSecrets } from "./mask.ts";
import {
  interfaceBlock,
  PACKET_HEAD,
  packetSize,
  sectionBlock,
  statisticsBlock,
  writePacket,
} from "./pcapng.ts";

/** Size of one chunk of the queue, in bytes. */
const CHUNK = 64 * 1024;
/** Maximum number of bytes waiting for the reader; a frame that does not fit is dropped. */
const CAPTURE_QUEUE = 4 * 1024 * 1024;

/** Settings of a capture. */
export interface CaptureOptions {
  filter: CaptureFilter;
  /** Whether to show passwords and other secrets. */
  secrets: boolean;
  /** Number of frames after which it ends. */
  count?: number | undefined;
  /** Maximum number of bytes waiting for the reader. Default {@linkcode CAPTURE_QUEUE}. */
  queue?: number;
  clock: CaptureClock;
  /** Name of the program, for the file's header. */
  application: string;
  /** Comment for the file's header. */
  comment?: string;
  /** Where the capture is taken, for the interface descriptions. */
  place: string;
}

/** Frames of one peer on one side. */
interface Source {
  peer: string | undefined;
  side: CaptureSide;
  /** Interface id in the file; -1 before its first frame that fits. */
  id: number;
  received: number;
  dropped: number;
  /** `dropped` as of the last statistics block. */
  reported: number;
}

/**
 * A queue of frames for one reader, as pcapng. Frames that the reader does not fetch in time are
 * dropped and counted; forwarding never waits for the reader.
 *
 *     open ──end(), enough frames──▶ ending ──all read──▶ over
 */
export class Capture {
  readonly filter: CaptureFilter;
  /** Number of frames captured. */
  frames = 0;
  /** Number of frames dropped because the queue was full. */
  dropped = 0;
  #options: CaptureOptions;
  #sources: Readonly<Record<CaptureSide, Map<string | undefined, Source>>> = {
    customer: new Map(),
    ac: new Map(),
  };
  #interfaces = 0;
  #full: Uint8Array[] = [];
  #chunk = new Uint8Array(CHUNK);
  #view = new DataView(this.#chunk.buffer);
  #at = 0;
  /** Total size of `#full`, in bytes. */
  #waiting = 0;
  #ended = false;
  #summed = false;
  #wake: PromiseWithResolvers<void> | undefined;
  #onEnd: () => void;

  /** `onEnd` is called once, when the capture ends. */
  constructor(options: CaptureOptions, onEnd: () => void = () => {}) {
    this.filter = options.filter;
    this.#options = options;
    this.#onEnd = onEnd;
    const { application, comment = "" } = options;
    const words = options.secrets ? "passwords are shown" : "PAP, CHAP and EAP are masked with *";
    this.#append(
      sectionBlock({ application, comment: [comment, words].filter(Boolean).join("; ") }),
    );
  }

  /** Whether the capture has ended. */
  get isEnded(): boolean {
    return this.#ended;
  }

  /**
   * Captures a frame: `head`, then `length` bytes at `at`, which are PPP if `isPpp` is set. Copies;
   * does not throw.
   */
  frame(
    peer: string | undefined,
    side: CaptureSide,
    inbound: boolean,
    head: Uint8Array,
    bytes: Uint8Array,
    at: number,
    length: number,
    isPpp: boolean,
  ): void {
    if (this.#ended) return;
    const source = this.#sources[side].get(peer) ?? this.#add(peer, side);
    source.received++;
    const whole = head.length + length;
    const size = packetSize(whole);
    const limit = this.#options.queue ?? CAPTURE_QUEUE;
    if (this.#waiting + this.#at + size > limit || !this.#announce(source, limit - size)) {
      source.dropped++;
      this.dropped++;
      return;
    }
    this.#reserve(size);
    const body = this.#at + PACKET_HEAD;
    this.#chunk.set(head, body);
    this.#chunk.set(bytes.subarray(at, at + length), body + head.length);
    if (isPpp && !this.#options.secrets) maskSecrets(this.#chunk, body + head.length, length);
    writePacket(this.#view, this.#at, source.id, this.#options.clock.read(), inbound, whole);
    this.#at += size;
    if (++this.frames === this.#options.count) this.end();
    this.#wake?.resolve();
  }

  /** Ends the capture; queued frames can still be read, followed by the statistics. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wake?.resolve();
    this.#onEnd();
  }

  /** Waits for more whole blocks; resolves with undefined at the end. One reader at a time. */
  async read(): Promise<Uint8Array | undefined> {
    while (this.#at === 0 && this.#full.length === 0 && !this.#ended) {
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
      this.#wake = undefined;
    }
    if (this.#ended && !this.#summed) {
      this.#summed = true;
      this.#report(() => true);
    } else if (!this.#ended) {
      this.#report(({ dropped, reported }) => dropped !== reported);
    }
    const first = this.#full.shift();
    if (first !== undefined) {
      this.#waiting -= first.length;
      return first;
    }
    if (this.#at === 0) return undefined;
    const rest = this.#chunk.slice(0, this.#at);
    this.#at = 0;
    return rest;
  }

  /** Appends statistics of matching interfaces, even beyond the queue's limit. */
  #report(concerns: (source: Source) => boolean): void {
    for (const side of Object.values(this.#sources)) {
      for (const source of side.values()) {
        if (!concerns(source)) continue;
        if (!this.#announce(source, Infinity)) continue;
        const { id, received, dropped } = source;
        const at = this.#options.clock.read();
        this.#append(statisticsBlock({ id, at, received, dropped }));
        source.reported = dropped;
      }
    }
  }

  #add(peer: string | undefined, side: CaptureSide): Source {
    const source = { peer, side, id: -1, received: 0, dropped: 0, reported: 0 };
    this.#sources[side].set(peer, source);
    return source;
  }

  /** Describes a source before its first frame; returns false if that would exceed `limit`. */
  #announce(source: Source, limit: number): boolean {
    if (source.id >= 0) return true;
    const { peer, side } = source;
    const whose = side === "ac" ? "access concentrator's side" : "customers' side";
    const description = peer === undefined
      ? `${whose}, frames of no known peer (${this.#options.place})`
      : `${peer}, ${whose} (${this.#options.place})`;
    const name = peer === undefined ? side : `${peer}/${side}`;
    const described = interfaceBlock({ name, description });
    if (this.#waiting + this.#at + described.length > limit) return false;
    source.id = this.#interfaces++;
    this.#append(described);
    return true;
  }

  #append(block: Uint8Array): void {
    this.#reserve(block.length);
    this.#chunk.set(block, this.#at);
    this.#at += block.length;
  }

  /** Makes room for a block in the current chunk. */
  #reserve(size: number): void {
    if (this.#at + size <= this.#chunk.length) return;
    if (this.#at > 0) {
      this.#full.push(this.#chunk.subarray(0, this.#at));
      this.#waiting += this.#at;
    }
    this.#chunk = new Uint8Array(Math.max(CHUNK, size));
    this.#view = new DataView(this.#chunk.buffer);
    this.#at = 0;
  }
}
