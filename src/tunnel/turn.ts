import { TokenBucket } from "../limits/token_bucket.ts";

/**
 * Limits how long one tunnel may work on received data before everything else gets its turn.
 *
 * A tunnel whose peer sends without pause always has data to read. Then Deno polls other sockets
 * only once in some 60 turns of its event loop, including those of setImmediate. It polls
 * immediately when nothing is left to do. So after long work on traffic the tunnel makes it poll,
 * which takes very little time; after much control and discovery work, more than traffic needs, it
 * waits for a timer. That takes 2 ms, and up to 10 while a link waits on the event loop's thread, so
 * a few pauses do without: a dial whose code runs for the first time needs as many.
 */

/** Bytes after which others get their turn, and minimum bytes that a read counts as. */
const BYTES = 1024 * 1024;
const LEAST_READ = 4 * 1024;
/** Milliseconds of work on control, discovery and very short records; and on traffic. */
const CONTROL_TIME = 0.5;
const TRAFFIC_TIME = 20;
/** Gap in the work, in milliseconds, during which everything else has already had its turn. */
const RESTED = 0.1;

/** Pauses after control work without a timer: at most this many at once, and per second. */
const QUICK_PAUSES = { burst: 8, rate: 100 };

/** Makes the event loop poll its sockets, and resolves when it has. */
export type PollLoop = () => Promise<unknown>;

/** The turns of one tunnel. */
export class Turn {
  #now: () => number;
  #pollLoop: PollLoop;
  #bytes = BYTES;
  /** Milliseconds of work since the last pause. */
  #control = 0;
  #traffic = 0;
  /** Time up to which work has been counted. */
  #counted = 0;
  /** How to end a turn that took too long. */
  #over: "control" | "traffic" | undefined;
  #quickPauses = new TokenBucket(QUICK_PAUSES);

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number, pollLoop: PollLoop) {
    this.#now = now;
    this.#pollLoop = pollLoop;
  }

  /** Records that work begins on this many bytes. */
  begin(bytes: number): void {
    this.#bytes -= Math.max(bytes, LEAST_READ);
    const now = this.#now();
    if (now - this.#counted > RESTED) this.#control = this.#traffic = 0;
    this.#counted = now;
  }

  /** Whether work must pause; called after a record, or after several records of traffic. */
  isOver(isTraffic: boolean): boolean {
    const now = this.#now();
    const worked = now - this.#counted;
    this.#counted = now;
    if (isTraffic) this.#traffic += worked;
    else this.#control += worked;
    if (this.#control >= CONTROL_TIME) this.#over = "control";
    else if (this.#traffic >= TRAFFIC_TIME) this.#over = "traffic";
    return this.#over !== undefined;
  }

  /** Records that work has ended. */
  end(): void {
    this.isOver(true);
  }

  /** A pause to await before more work; undefined if none is due. */
  pause(): Promise<unknown> | undefined {
    const over = this.#over;
    if (over === undefined && this.#bytes > 0) return undefined;
    this.#bytes = BYTES;
    if (over === undefined) return new Promise((resolve) => setImmediate(resolve));
    this.#over = undefined;
    this.#control = this.#traffic = 0;
    const isQuick = over === "traffic" || this.#quickPauses.take(this.#now());
    return isQuick ? this.#pollLoop() : timer();
  }
}

/** Datagrams after which it is decided whether they are traffic. */
const DATAGRAMS = 64;
/** Minimum bytes of these to count as traffic; less is mostly acknowledgements, or junk. */
const TRAFFIC_BYTES = DATAGRAMS * 256;
/** Bytes of traffic in datagrams after which others get their turn. */
const DATAGRAM_BYTES = 512 * 1024;

/**
 * The turns of one tunnel's datagrams. Their cost arises in QUIC and Deno, where our clock cannot
 * measure it, so they are counted.
 */
export class DatagramTurn {
  #pollLoop: PollLoop;
  #left = DATAGRAMS;
  #bytes = 0;
  /** Bytes of the turn before these datagrams. */
  #before = 0;

  constructor(pollLoop: PollLoop) {
    this.#pollLoop = pollLoop;
  }

  /** Counts a datagram; returns a pause to await before the next one, undefined if none is due. */
  took(bytes: number): Promise<unknown> | undefined {
    this.#bytes += bytes;
    if (--this.#left > 0) return undefined;
    const isTraffic = this.#bytes >= TRAFFIC_BYTES;
    this.#before += this.#bytes;
    [this.#left, this.#bytes] = [DATAGRAMS, 0];
    if (isTraffic && this.#before < DATAGRAM_BYTES) return undefined;
    this.#before = 0;
    return isTraffic ? this.#pollLoop() : timer();
  }
}

function timer(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
