import { CODE_PADT, CODE_SESSION } from "../../../src/pppoe/constants.ts";
import type { Lab } from "../lab.ts";
import type { Observed } from "../peers/observed.ts";
import { startTestAc, type TestAc } from "../peers/test_ac.ts";
import { type DialedSession, startTestClient, type TestClient } from "../peers/test_client.ts";
import { watchFrames } from "./frame_watch.ts";
import { numbered, numberIn } from "./numbered.ts";

/** Time limit for all customers to recover from a fault, in milliseconds. */
export const BACK = 60_000;
/** Time limit of one echo, in milliseconds. */
const ECHO = 1_000;
/** Time after which a host asks again, in milliseconds (RFC 2516 section 8). */
const AGAIN = 5_000;

/** One LAN with its customer host. */
interface House {
  readonly interface: string;
  host: TestClient;
  /** Number of the host's frames checked so far. */
  noticed: number;
}

interface Customer {
  readonly house: House;
  readonly session: DialedSession;
}

/** Dials like a host that asks again after a while, because a tunnel may be down for a moment. */
async function dial(host: TestClient, hostUniq: Uint8Array): Promise<DialedSession> {
  for (const deadline = performance.now() + BACK;;) {
    try {
      return await host.dial({ hostUniq, patience: AGAIN });
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

/** Sessions through the daemons, from several LANs to one AC; each recognises its own frames. */
export class Customers {
  /** Number of sessions ended since the start, by either side. */
  ended = 0;
  /** Descriptions of frames seen on a wire where they must not be. */
  readonly foreign: string[] = [];
  readonly ac: TestAc;
  #lab: Lab;
  #houses: House[];
  #sessions = new Map<number, Customer>();
  /** The house of each session number, including ended ones. */
  #owners = new Map<number, House>();
  /** The session number seen with each session id of the AC. */
  #numbers = new Map<number, number>();
  #dials = 0;

  /** `interfaces` are the customers' ends of the LANs. */
  constructor(lab: Lab, interfaces: readonly string[]) {
    this.#lab = lab;
    this.ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    this.#houses = interfaces.map((name) => {
      const house = { interface: name, host: lab.use(startTestClient(name)), noticed: 0 };
      lab.use(watchFrames(name, (frame) => this.#onLan(house, frame)));
      return house;
    });
    lab.use(watchFrames("ac0", (frame) => this.#onWan(frame)));
  }

  /** Number of open sessions. */
  get size(): number {
    this.#notice();
    return this.#sessions.size;
  }

  /** Dials until this many sessions are open. */
  async fill(count: number): Promise<void> {
    while (this.size < count) {
      const number = ++this.#dials;
      const house = this.#houses[number % this.#houses.length];
      const hostUniq = new Uint8Array(4);
      new DataView(hostUniq.buffer).setUint32(0, number);
      this.#owners.set(number, house);
      this.#sessions.set(number, { house, session: await dial(house.host, hostUniq) });
    }
  }

  /** Number of discovery packets, including PADTs, received by the AC and the current hosts. */
  get discoveries(): number {
    const isDiscovery = ({ code }: Observed): boolean => code !== CODE_SESSION;
    const peers = [this.ac, ...this.#houses.map(({ host }) => host)];
    return peers.reduce((sum, { seen }) => sum + seen.all(isDiscovery).length, 0);
  }

  /** Returns the session selected by a random number in [0, 1). */
  any(random: number): DialedSession {
    return [...this.#sessions.values()][Math.floor(random * this.#sessions.size)].session;
  }

  /** Returns the session ids on the LAN of a house, by its index. */
  idsOf(index: number): number[] {
    this.#notice();
    const own = [...this.#sessions.values()].filter(({ house }) => house === this.#houses[index]);
    return own.map(({ session }) => session.sessionId);
  }

  /** Returns the AC's ids of a house's sessions that have carried a frame. */
  acIdsOf(index: number): number[] {
    const own = [...this.#numbers].filter(([id, number]) =>
      this.ac.sessions.has(id) && this.#owners.get(number) === this.#houses[index]
    );
    return own.map(([id]) => id);
  }

  /** Hangs up a customer's session. */
  hangUp(session: DialedSession): void {
    const found = [...this.#sessions].find(([, customer]) => customer.session === session);
    if (found === undefined) return;
    session.terminate();
    this.#forget(found[0]);
  }

  /** Simulates a power cut of a host: its sessions are lost silently; returns their number. */
  async restart(index: number): Promise<number> {
    const house = this.#houses[index];
    const lost = [...this.#sessions].filter(([, customer]) => customer.house === house);
    for (const [number] of lost) this.#forget(number);
    await house.host[Symbol.asyncDispose]();
    house.host = this.#lab.use(startTestClient(house.interface));
    house.noticed = 0;
    return lost.length;
  }

  /** Simulates a power cut of the AC: its session ids lose their meaning. */
  restartAc(options?: { silent?: boolean }): void {
    this.ac.restart(options);
    this.#numbers.clear();
  }

  /** Resolves when every open session carries its own frames; rejects after 60 s. */
  async carry(): Promise<void> {
    const deadline = performance.now() + BACK;
    const outcomes = await Promise.allSettled(
      [...this.#sessions].map(([number, { session }]) => this.#carries(number, session, deadline)),
    );
    const failed = outcomes.find(({ status }) => status === "rejected");
    if (failed !== undefined && "reason" in failed) throw failed.reason;
    if (this.foreign.length > 0) throw new Error(this.foreign.splice(0).slice(0, 5).join("; "));
  }

  /** Whether the AC's sessions and the customers' are the same. */
  get agree(): boolean {
    return this.size === this.ac.sessions.size;
  }

  async #carries(number: number, session: DialedSession, deadline: number): Promise<void> {
    for (let turn = 0;; turn++) {
      this.#notice();
      if (this.#sessions.get(number)?.session !== session) return; // it was ended
      try {
        await session.echo(numbered(number, turn), ECHO);
        return;
      } catch (error) {
        if (performance.now() < deadline) continue;
        throw new Error(`Session ${number} carries no frames`, { cause: error });
      }
    }
  }

  /** Processes PADTs from the AC. */
  #notice(): void {
    for (const house of this.#houses) {
      const { seen } = house.host;
      if (seen.lost > 0) {
        throw new Error(`"${house.interface}" received more frames than its journal holds`);
      }
      for (const { code, sessionId } of seen.entries.slice(house.noticed)) {
        if (code !== CODE_PADT) continue;
        for (const [number, customer] of this.#sessions) {
          const isIt = customer.house === house && customer.session.sessionId === sessionId;
          if (isIt) this.#forget(number);
        }
      }
      house.noticed = seen.length;
    }
  }

  #forget(number: number): void {
    if (this.#sessions.delete(number)) this.ended++;
  }

  #onLan(house: House, { destination, payload }: Observed): void {
    const number = numberIn(payload);
    if (this.#owners.get(number) === house && destination === house.host.mac) return;
    this.foreign.push(`Session ${number}'s frame is on "${house.interface}"`);
  }

  #onWan({ sessionId, payload }: Observed): void {
    if (!this.ac.sessions.has(sessionId)) return; // the AC has lost it and refuses the frame
    const number = numberIn(payload);
    const known = this.#numbers.get(sessionId);
    if (known === undefined && this.#owners.has(number)) this.#numbers.set(sessionId, number);
    else if (known !== number) {
      this.foreign.push(`The AC's ${sessionId} carries session ${number}'s frame`);
    }
  }
}
