import { type ClientHello, MAX_CLIENT_HELLO, readClientHello } from "./client_hello.ts";

/** How a wait ends: with a hello, with other bytes, or with the end of the connection. */
export type Greeting = ClientHello | "malformed" | "ended";

/** Copies received bytes without consuming them; returns null at the end of the stream. */
export type Peek = (into: Uint8Array<ArrayBuffer>) => number | null;

/** Time to the next check, as a share of the time already waited. */
const POLL_GROWTH = 1 / 4;
/** Minimum and maximum time between two checks of one connection, in milliseconds. */
const SHORTEST = 1;
const LONGEST = 50;
/** Approximate maximum of checks per second, over all connections. */
const LOOKS = 2_500;

/** A wait for one connection's hello. */
export interface HelloWait {
  /** Checks now; returns whether the wait is over. */
  look(): boolean;
  /** Ends the wait. */
  stop(): void;
}

interface Wait {
  peek: Peek;
  done: (greeting: Greeting) => void;
  since: number;
  due: number;
  seen: number;
}

/**
 * Waits for the hellos of connections that Deno must not read yet. The kernel does not report bytes
 * that are held back, so connections are polled: often at first, because a hello arrives right
 * after TCP's handshake, then less and less often.
 */
export class HelloWatch {
  #waits = new Set<Wait>();
  #bytes = new Uint8Array(MAX_CLIENT_HELLO);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;

  /** Calls `done` once, possibly before this call returns. */
  wait(peek: Peek, done: (greeting: Greeting) => void): HelloWait {
    const since = performance.now();
    const wait: Wait = { peek, done, since, due: since, seen: 0 };
    this.#waits.add(wait);
    this.#look(wait, since);
    if (this.#waits.has(wait)) this.#schedule(wait.due);
    return {
      look: () => {
        if (this.#waits.has(wait)) this.#look(wait, performance.now());
        return !this.#waits.has(wait);
      },
      stop: () => this.#drop(wait),
    };
  }

  #look(wait: Wait, now: number): void {
    const count = wait.peek(this.#bytes);
    if (count === null) return this.#finish(wait, "ended");
    if (count > wait.seen) {
      wait.seen = count;
      const hello = readClientHello(this.#bytes.subarray(0, count));
      if (hello !== "incomplete") return this.#finish(wait, hello);
    }
    const longest = Math.max(LONGEST, this.#waits.size * 1_000 / LOOKS);
    wait.due = now + Math.min(longest, Math.max(SHORTEST, (now - wait.since) * POLL_GROWTH));
  }

  #finish(wait: Wait, greeting: Greeting): void {
    this.#drop(wait);
    wait.done(greeting);
  }

  #drop(wait: Wait): void {
    this.#waits.delete(wait);
    if (this.#waits.size > 0) return;
    clearTimeout(this.#timer);
    this.#due = Infinity;
  }

  #schedule(due: number): void {
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, due - performance.now()));
  }

  #tick(): void {
    this.#due = Infinity;
    const now = performance.now();
    let next = Infinity;
    for (const wait of this.#waits) {
      if (wait.due <= now) this.#look(wait, now);
      if (this.#waits.has(wait)) next = Math.min(next, wait.due);
    }
    if (this.#waits.size > 0) this.#schedule(next);
  }
}
