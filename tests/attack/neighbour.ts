/** An attacker without a secret, behind the same address as a client. */
import { RawTcp } from "./raw_tcp.ts";

/** Maximum number of open connections; older ones are closed. */
const MOST = 1_000;
const TICK = 5;

/** Opens connections to a port at a given rate until it is disposed of. */
export class Neighbour implements Disposable {
  #timer: ReturnType<typeof setInterval>;
  #begun: RawTcp[] = [];
  #unsaid: RawTcp[] = [];
  #count = 0;

  /** Each connection uses the address that `source` returns, and sends only `words`. */
  constructor(
    port: number,
    rate: number,
    words: Uint8Array<ArrayBuffer> = new Uint8Array(0),
    source: (number: number) => string = () => "127.0.0.1",
  ) {
    let began = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      // Connections missed on a busy machine are not opened later.
      began = Math.max(began, now - (this.#count + rate / 20) * 1_000 / rate);
      const due = (now - began) * rate / 1_000;
      for (; this.#count < due; this.#count++) {
        const each = new RawTcp(source(this.#count), port);
        this.#begun.push(each);
        this.#unsaid.push(each);
      }
      this.#unsaid = words.length === 0 ? [] : this.#unsaid.filter((each) => !each.send(words));
      const old = this.#begun.splice(0, Math.max(0, this.#begun.length - MOST));
      for (const each of old) each.close();
      this.#unsaid = this.#unsaid.filter((each) => !old.includes(each));
    }, TICK);
  }

  /** Number of connections opened so far. */
  get count(): number {
    return this.#count;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const each of this.#begun) each.close();
  }
}
