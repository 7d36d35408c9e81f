import { CODE_PADT } from "../../../src/pppoe/constants.ts";
import type { Lab } from "../lab.ts";
import { startTestAc, type TestAc } from "../peers/test_ac.ts";
import { type DialedSession, startTestClient, type TestClient } from "../peers/test_client.ts";

/** How long everybody may take to be back after a fault, in milliseconds. */
const BACK = 60_000;
/** How long one echo is waited for, in milliseconds. */
const ECHO = 1_000;

/** Sessions through the daemons, each of which knows its own frames. */
export class Customers {
  /** Sessions that were ended since the start, by whomever. */
  ended = 0;
  readonly ac: TestAc;
  #host: TestClient;
  #sessions = new Map<number, DialedSession>();
  #dials = 0;
  /** Frames that were looked at. */
  #noticed = 0;

  constructor(lab: Lab) {
    this.ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    this.#host = lab.use(startTestClient("cust0"));
  }

  /** Open sessions. */
  get size(): number {
    this.#notice();
    return this.#sessions.size;
  }

  /** Dials until there are so many. */
  async fill(count: number): Promise<void> {
    while (this.size < count) {
      const number = ++this.#dials;
      const hostUniq = new Uint8Array(4);
      new DataView(hostUniq.buffer).setUint32(0, number);
      const session = await this.#host.dial({ hostUniq });
      this.#sessions.set(number, session);
    }
  }

  /** The session that a random number in [0, 1) names. */
  any(random: number): DialedSession {
    return [...this.#sessions.values()][Math.floor(random * this.#sessions.size)];
  }

  /** A customer hangs up. */
  hangUp(session: DialedSession): void {
    const found = [...this.#sessions].find(([, other]) => other === session);
    if (found === undefined) return;
    session.terminate();
    this.#forget(found[0]);
  }

  /** Resolves when all is well; rejects with what is not, after 60 s or at once where it cannot heal. */
  async settle(): Promise<void> {
    const deadline = performance.now() + BACK;
    for (const [number, session] of this.#sessions) await this.#carries(number, session, deadline);
    for (; performance.now() < deadline; await new Promise((next) => setTimeout(next, 20))) {
      if (this.#agree()) break;
    }
    if (!this.#agree()) {
      throw new Error(`The AC has ${this.ac.sessions.size} sessions, customers ${this.size}`);
    }
    for (const [number, { received }] of this.#sessions) {
      const foreign = received.entries.find((payload) => numberIn(payload) !== number);
      if (foreign !== undefined) throw new Error(`Session ${number} received another one's frame`);
    }
  }

  async #carries(number: number, session: DialedSession, deadline: number): Promise<void> {
    for (let turn = 0;; turn++) {
      this.#notice();
      if (this.#sessions.get(number) !== session) return; // it was ended
      try {
        await session.echo(payload(number, turn), ECHO);
        return;
      } catch (error) {
        if (performance.now() < deadline) continue;
        throw new Error(`Session ${number} carries nothing`, { cause: error });
      }
    }
  }

  /** Looks for PADTs of the AC. */
  #notice(): void {
    for (const { code, sessionId } of this.#host.seen.entries.slice(this.#noticed)) {
      if (code !== CODE_PADT) continue;
      for (const [number, session] of this.#sessions) {
        if (session.sessionId === sessionId) this.#forget(number);
      }
    }
    this.#noticed = this.#host.seen.length;
  }

  #agree(): boolean {
    this.#notice();
    const ids = [...this.#sessions.values()].map(({ sessionId }) => sessionId);
    return ids.length === this.ac.sessions.size && ids.every((id) => this.ac.sessions.has(id));
  }

  #forget(number: number): void {
    if (this.#sessions.delete(number)) this.ended++;
  }
}

/** IPv4 in PPP, by its looks: the session's number and a counter. */
function payload(number: number, turn: number): Uint8Array {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x0021);
  view.setUint32(2, number);
  view.setUint32(6, turn);
  return bytes;
}

function numberIn(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(2);
}
