import { CODE_PADT, CODE_SESSION } from "../../../src/pppoe/constants.ts";
import type { Lab } from "../lab.ts";
import type { Observed } from "../peers/observed.ts";
import { startTestAc, type TestAc } from "../peers/test_ac.ts";
import { type DialedSession, startTestClient, type TestClient } from "../peers/test_client.ts";
import { watchFrames } from "./frame_watch.ts";
import { numbered, numberIn } from "./numbered.ts";

/** How long everybody may take to be back after a fault, in milliseconds. */
export const BACK = 60_000;
/** How long one echo is waited for, in milliseconds. */
const ECHO = 1_000;

/** One LAN with its customer host. */
interface House {
  readonly interface: string;
  host: TestClient;
  /** Frames of the host that were looked at. */
  noticed: number;
}

interface Customer {
  readonly house: House;
  readonly session: DialedSession;
}

/** Sessions through the daemons, from several LANs to one AC, each of which knows its own frames. */
export class Customers {
  /** Sessions that were ended since the start, by whomever. */
  ended = 0;
  /** What was seen on a wire and must not be there; says what. */
  readonly foreign: string[] = [];
  readonly ac: TestAc;
  #lab: Lab;
  #houses: House[];
  #sessions = new Map<number, Customer>();
  /** Whose house a session's number is; ended ones too. */
  #owners = new Map<number, House>();
  /** The number that each session id of the AC was seen to carry. */
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

  /** Open sessions. */
  get size(): number {
    this.#notice();
    return this.#sessions.size;
  }

  /** Dials until there are so many. */
  async fill(count: number): Promise<void> {
    while (this.size < count) {
      const number = ++this.#dials;
      const house = this.#houses[number % this.#houses.length];
      const hostUniq = new Uint8Array(4);
      new DataView(hostUniq.buffer).setUint32(0, number);
      this.#owners.set(number, house);
      const session = await house.host.dial({ hostUniq });
      this.#sessions.set(number, { house, session });
    }
  }

  /** Discovery packets, PADT among them, that have come to the AC and to the hosts that are there now. */
  get discoveries(): number {
    const isDiscovery = ({ code }: Observed): boolean => code !== CODE_SESSION;
    const peers = [this.ac, ...this.#houses.map(({ host }) => host)];
    return peers.reduce((sum, { seen }) => sum + seen.all(isDiscovery).length, 0);
  }

  /** The session that a random number in [0, 1) names. */
  any(random: number): DialedSession {
    return [...this.#sessions.values()][Math.floor(random * this.#sessions.size)].session;
  }

  /** Ids on the LAN of a house, by its index. */
  idsOf(index: number): number[] {
    this.#notice();
    const own = [...this.#sessions.values()].filter(({ house }) => house === this.#houses[index]);
    return own.map(({ session }) => session.sessionId);
  }

  /** Ids at the AC of the sessions of a house, as far as they have carried a frame. */
  acIdsOf(index: number): number[] {
    const own = [...this.#numbers].filter(([id, number]) =>
      this.ac.sessions.has(id) && this.#owners.get(number) === this.#houses[index]
    );
    return own.map(([id]) => id);
  }

  /** A customer hangs up. */
  hangUp(session: DialedSession): void {
    const found = [...this.#sessions].find(([, customer]) => customer.session === session);
    if (found === undefined) return;
    session.terminate();
    this.#forget(found[0]);
  }

  /** A host loses power: its sessions are forgotten without a word; how many. */
  async restart(index: number): Promise<number> {
    const house = this.#houses[index];
    const lost = [...this.#sessions].filter(([, customer]) => customer.house === house);
    for (const [number] of lost) this.#forget(number);
    await house.host[Symbol.asyncDispose]();
    house.host = this.#lab.use(startTestClient(house.interface));
    house.noticed = 0;
    return lost.length;
  }

  /** The AC loses power: what its session ids meant is forgotten. */
  restartAc(options?: { silent?: boolean }): void {
    this.ac.restart(options);
    this.#numbers.clear();
  }

  /** Resolves when each open session carries its own frames; rejects after 60 s. */
  async carry(): Promise<void> {
    const deadline = performance.now() + BACK;
    const outcomes = await Promise.allSettled(
      [...this.#sessions].map(([number, { session }]) => this.#carries(number, session, deadline)),
    );
    const failed = outcomes.find(({ status }) => status === "rejected");
    if (failed !== undefined && "reason" in failed) throw failed.reason;
    if (this.foreign.length > 0) throw new Error(this.foreign.splice(0).slice(0, 5).join("; "));
  }

  /** Whether each session of the AC is one of a customer, and the other way round. */
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
        throw new Error(`Session ${number} carries nothing`, { cause: error });
      }
    }
  }

  /** Looks for PADTs of the AC. */
  #notice(): void {
    for (const house of this.#houses) {
      const { seen } = house.host;
      if (seen.lost > 0) throw new Error(`"${house.interface}" saw more frames than it can keep`);
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
