/**
 * How long one tunnel may work on what it has read before everything else has its turn.
 *
 * A tunnel whose peer sends without pause always has something to read, and then Deno looks at other
 * sockets only once in some 60 turns of its event loop, setImmediate's included. It looks at once
 * when nothing is left to do: after the work on traffic for as short as it takes another thread to
 * answer, and after work that no traffic needs so much of, control and discovery, for a timer.
 */

/** Bytes after which others have their turn; a read counts for at least so many. */
const BYTES = 256 * 1024;
const LEAST_READ = 1024;
/** Milliseconds of work on control, discovery and records too short for traffic; and on traffic. */
const CONTROL_TIME = 0.5;
const TRAFFIC_TIME = 10;
/** Milliseconds between two pieces of work after which everything else has had its turn already. */
const RESTED = 0.1;
const NOTHING = new Uint8Array(0);

/** The turns of one tunnel. */
export class Turn {
  #now: () => number;
  #bytes = BYTES;
  /** Milliseconds of work since the last pause. */
  #control = 0;
  #traffic = 0;
  /** Until when work is counted. */
  #counted = 0;
  /** How a turn that took too long is to end. */
  #over: "control" | "traffic" | undefined;

  /** `now` gives milliseconds of a steady clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Work begins on so many bytes. */
  begin(bytes: number): void {
    this.#bytes -= Math.max(bytes, LEAST_READ);
    const now = this.#now();
    if (now - this.#counted > RESTED) this.#control = this.#traffic = 0;
    this.#counted = now;
  }

  /** Whether work has to wait; asked after a record, or some of traffic. */
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

  /** Work has ended. */
  end(): void {
    this.isOver(true);
  }

  /** What has to be waited for before more work, if anything. */
  pause(): Promise<unknown> | undefined {
    const over = this.#over;
    if (over === undefined && this.#bytes > 0) return undefined;
    this.#bytes = BYTES;
    if (over === undefined) return new Promise((resolve) => setImmediate(resolve));
    this.#over = undefined;
    this.#control = this.#traffic = 0;
    return over === "traffic" ? anotherThread() : timer();
  }
}

/** Datagrams after which others have their turn. */
const DATAGRAMS = 64;
/** So many bytes of as many datagrams are traffic; fewer are mostly acknowledgements, or junk. */
const TRAFFIC_BYTES = DATAGRAMS * 256;

/**
 * The turns of one tunnel's datagrams. What each costs is QUIC's work and Deno's, which no clock of
 * ours sees, so they are counted.
 */
export class DatagramTurn {
  #left = DATAGRAMS;
  #bytes = 0;

  /** A datagram was taken; what has to be waited for before the next, if anything. */
  took(bytes: number): Promise<unknown> | undefined {
    this.#bytes += bytes;
    if (--this.#left > 0) return undefined;
    const isTraffic = this.#bytes >= TRAFFIC_BYTES;
    [this.#left, this.#bytes] = [DATAGRAMS, 0];
    return isTraffic ? anotherThread() : timer();
  }
}

function anotherThread(): Promise<unknown> {
  return crypto.subtle.digest("SHA-256", NOTHING);
}

function timer(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
