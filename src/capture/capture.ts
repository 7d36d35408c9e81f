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

/** Bytes of one piece of the queue. */
const CHUNK = 64 * 1024;
/** Bytes that wait for the reader at most; a frame that does not fit is dropped. */
export const CAPTURE_QUEUE = 4 * 1024 * 1024;

/** What a capture is made of. */
export interface CaptureOptions {
  filter: CaptureFilter;
  /** Show passwords and their like. */
  secrets: boolean;
  /** Frames after which it ends. */
  count?: number | undefined;
  /** Bytes that wait for the reader at most. Default {@linkcode CAPTURE_QUEUE}. */
  queue?: number;
  clock: CaptureClock;
  /** Who writes, for the file's head. */
  application: string;
  /** Words for the file's head. */
  comment?: string;
  /** Where one is, for the interfaces' descriptions. */
  place: string;
}

/** Frames of one client as on one side. */
interface Source {
  client: string | undefined;
  side: CaptureSide;
  /** Place in the file; -1 before its first frame that fits. */
  id: number;
  received: number;
  dropped: number;
  /** `dropped` of the last statistics block. */
  reported: number;
}

/**
 * Frames on their way to one reader, as pcapng. What the reader does not fetch in time is dropped and
 * counted; the reader is never waited for.
 *
 *     open ──end(), enough frames──▶ ending ──all read──▶ over
 */
export class Capture {
  readonly filter: CaptureFilter;
  /** Frames taken in. */
  frames = 0;
  /** Frames that the queue had no room for. */
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
  /** Bytes of `#full`. */
  #waiting = 0;
  #ended = false;
  #summed = false;
  #wake: PromiseWithResolvers<void> | undefined;
  #onEnd: () => void;

  /** `onEnd` is called once, when no further frame is wanted. */
  constructor(options: CaptureOptions, onEnd: () => void = () => {}) {
    this.filter = options.filter;
    this.#options = options;
    this.#onEnd = onEnd;
    const { application, comment = "" } = options;
    const words = options.secrets
      ? "passwords are shown"
      : "PAP, CHAP and EAP are masked: * stands for what was there";
    this.#append(
      sectionBlock({ application, comment: [comment, words].filter(Boolean).join("; ") }),
    );
  }

  /** Whether no further frame is wanted. */
  get isEnded(): boolean {
    return this.#ended;
  }

  /**
   * Takes in a frame: `head`, then `length` bytes at `at`, which are PPP where `isPpp` says so. Copies;
   * does not throw.
   */
  frame(
    client: string | undefined,
    side: CaptureSide,
    inbound: boolean,
    head: Uint8Array,
    bytes: Uint8Array,
    at: number,
    length: number,
    isPpp: boolean,
  ): void {
    if (this.#ended) return;
    const source = this.#sources[side].get(client) ?? this.#add(client, side);
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

  /** Wants no further frames; what waits can still be read, and after it what was dropped. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wake?.resolve();
    this.#onEnd();
  }

  /** Waits for further whole blocks; undefined when there will be no more. One reader at a time. */
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

  /** Says what became of some interfaces' frames, even where that goes beyond the queue's bound. */
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

  #add(client: string | undefined, side: CaptureSide): Source {
    const source = { client, side, id: -1, received: 0, dropped: 0, reported: 0 };
    this.#sources[side].set(client, source);
    return source;
  }

  /** Describes a source before its first frame; false where that goes beyond `limit`. */
  #announce(source: Source, limit: number): boolean {
    if (source.id >= 0) return true;
    const { client, side } = source;
    const whose = side === "ac" ? "access concentrator's side" : "customers' side";
    const description = client === undefined
      ? `${whose}, frames of no client that is known (${this.#options.place})`
      : `${client}, ${whose} (${this.#options.place})`;
    const name = client === undefined ? side : `${client}/${side}`;
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

  /** Makes room for a block in the chunk that is being filled. */
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
