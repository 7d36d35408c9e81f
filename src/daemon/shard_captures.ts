/** Captures of a server with several threads, on both sides. */
import { MergedBlocks } from "../capture/merged_blocks.ts";
import type { CaptureReader, CaptureRequest, Captures, CaptureSource } from "./captures.ts";

/** Time in which the first thread reads what is left of a capture at shutdown, in milliseconds. */
const DRAIN_TIME = 1_000;

/** A capture on another thread, by the number that the first thread gives it. */
export interface RemoteRequest {
  number: number;
  request: CaptureRequest;
}

/** The captures that the first thread has begun on this one. */
export class LentCaptures {
  #captures: () => Promise<CaptureSource>;
  #byNumber = new Map<number, CaptureReader>();
  #drained: (() => void) | undefined;

  /** `captures` are those of this thread, loaded on first use. */
  constructor(captures: () => Promise<CaptureSource>) {
    this.#captures = captures;
  }

  /** Begins a capture, unless too many are running. */
  async begin({ number, request }: RemoteRequest): Promise<void> {
    const capture = (await this.#captures()).begin(request);
    if (capture !== undefined) this.#byNumber.set(number, capture);
  }

  /** Returns the next blocks; undefined at the end. */
  async read(number: number): Promise<Uint8Array | undefined> {
    const blocks = await this.#byNumber.get(number)?.read();
    if (blocks === undefined) {
      this.#byNumber.delete(number);
      if (this.#byNumber.size === 0) this.#drained?.();
    }
    return blocks;
  }

  end(number: number): void {
    this.#byNumber.get(number)?.end();
  }

  /** Resolves when all captures have been read to their end, or the time for that is over. */
  async drained(): Promise<void> {
    if (this.#byNumber.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = resolve;
    const timer = setTimeout(resolve, DRAIN_TIME);
    await promise;
    clearTimeout(timer);
  }
}

/** Captures of all threads, each as one stream. */
export class SharedCaptures implements CaptureSource {
  #own: Captures;
  #beginElsewhere: (wanted: RemoteRequest) => CaptureReader[];
  #numbers = 0;

  /** `beginElsewhere` begins a capture on each further thread. */
  constructor(own: Captures, beginElsewhere: (wanted: RemoteRequest) => CaptureReader[]) {
    this.#own = own;
    this.#beginElsewhere = beginElsewhere;
  }

  begin(request: CaptureRequest): CaptureReader | undefined {
    const own = this.#own.begin(request);
    if (own === undefined) return undefined;
    const number = ++this.#numbers;
    const remote = this.#beginElsewhere({ number, request });
    return new SharedCapture([own, ...remote], request.count);
  }

  get size(): number {
    return this.#own.size;
  }

  end(): void {
    this.#own.end();
  }
}

type Arrival = { stream: number; blocks?: Uint8Array | undefined; failure?: { error: unknown } };

/**
 * One capture of all threads: reads from whichever has something, one read of each at a time. If one
 * fails, the others end, and the failure is reported after what they still have.
 */
class SharedCapture implements CaptureReader {
  #parts: readonly CaptureReader[];
  #merged: MergedBlocks;
  #count: number | undefined;
  #pending = new Map<number, Promise<Arrival>>();
  #failure: Arrival["failure"];

  constructor(parts: readonly CaptureReader[], count: number | undefined) {
    this.#parts = parts;
    this.#count = count;
    this.#merged = new MergedBlocks(count);
    parts.forEach((_, stream) => this.#ask(stream));
  }

  async read(): Promise<Uint8Array | undefined> {
    while (this.#pending.size > 0) {
      const { stream, blocks, failure } = await Promise.race(this.#pending.values());
      this.#pending.delete(stream);
      if (failure !== undefined) this.#fail(failure);
      if (blocks === undefined) continue;
      this.#ask(stream);
      const rest = this.#merged.take(stream, blocks);
      if (this.#merged.packets === this.#count) this.end();
      if (rest.length > 0) return rest;
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    return undefined;
  }

  end(): void {
    for (const part of this.#parts) part.end();
  }

  #fail(failure: Arrival["failure"]): void {
    this.#failure ??= failure;
    this.end();
  }

  #ask(stream: number): void {
    const reading = this.#parts[stream].read().then(
      (blocks): Arrival => ({ stream, blocks }),
      (error): Arrival => ({ stream, failure: { error } }),
    );
    this.#pending.set(stream, reading);
  }
}

/** The part of a capture that another thread has; `ask` puts a question to that thread. */
export class RemoteCapture implements CaptureReader {
  #ask: (question: string, argument: unknown) => Promise<unknown>;
  #number: number;
  #begun: Promise<unknown>;

  constructor(
    ask: (question: string, argument: unknown) => Promise<unknown>,
    wanted: RemoteRequest,
  ) {
    this.#ask = ask;
    this.#number = wanted.number;
    this.#begun = ask("capture-begin", wanted);
    this.#begun.catch(() => {}); // `read` reports it
  }

  async read(): Promise<Uint8Array | undefined> {
    await this.#begun;
    return await this.#ask("capture-read", this.#number) as Uint8Array | undefined;
  }

  end(): void {
    this.#ask("capture-end", this.#number).catch(() => {});
  }
}
