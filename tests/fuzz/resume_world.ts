/** A server that is restarted beside an honest client, and another that says what it likes of its sessions. */
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
} from "../../src/pppoe/constants.ts";
import { parseDiscovery } from "../../src/pppoe/frame.ts";
import type { Mac } from "../../src/pppoe/mac.ts";
import { readTags, type Tag } from "../../src/pppoe/tags.ts";
import type { MacPolicy } from "../../src/proxy/proxy_options.ts";
import { takeProof } from "../../src/proxy/session_proof.ts";
import { endTerminated } from "../../src/proxy/session_ends.ts";
import { ControlType, KIND_CONTROL, KIND_DISCOVERY } from "../../src/tunnel/record.ts";
import type { ListedSession } from "../../src/tunnel/session_list.ts";
import { acName, dial, service, settle, uniq, until } from "../proxy/dial.ts";
import { AC, CUSTOMER, LAN, openPath, type Path } from "../proxy/path.ts";
import { HostileClient, record } from "../proxy/raw_client.ts";
import type { SeenPacket } from "../proxy/outer_wire.ts";
import { takePackets } from "../proxy/segment.ts";
import { mustFit } from "./frame_rules.ts";
import { must } from "./target.ts";
import { Victim } from "./victim.ts";

/** Sessions that the hostile client may have. */
const OWN_SESSIONS = 4;
const GRACE = 30_000;
const LINGER = 10_000;
/** No limit on discovery: what is looked at comes after it. */
const RATES = { padiRate: 1e6, padiBurst: 1e6, padiRatePerMac: 1e6, padiBurstPerMac: 1e6 };

/** A session with what a client can show of it. */
export interface Proven extends ListedSession {
  readonly proof: Uint8Array;
}

/** A session that the hostile client has, or had. */
export interface HostileSession extends Proven {
  readonly local: Mac;
  /** PADTs of it that may leave yet. */
  goodbyes: number;
}

export class ResumeWorld {
  readonly path: Path;
  /** Sessions of the hostile client, the oldest first. */
  readonly had: HostileSession[] = [];
  /** The victim's sessions, of which the hostile client knows everything. */
  readonly known: Proven[] = [];
  hostile: HostileClient;
  /** PADTs of its sessions that have left. */
  told = 0;
  #victim: Victim;
  /** Ids that the AC gives again: their sessions have ended. */
  #free: number[] = [];
  #nextId = 0x20;

  private constructor(path: Path, victim: Victim) {
    [this.path, this.#victim] = [path, victim];
    this.hostile = new HostileClient(path, "hostile");
  }

  static async open(mac: MacPolicy): Promise<ResumeWorld> {
    const path = openPath({
      clients: ["victim"],
      mac,
      limits: RATES,
      sessionsPerClient: OWN_SESSIONS,
    });
    const world = new ResumeWorld(path, new Victim(path, mac));
    await world.#dialVictim(0x11);
    await world.#rest();
    return world;
  }

  /** The hostile client opens a session, if it may. */
  async dial(source: Mac, reuse: boolean): Promise<void> {
    const { ac } = this.path;
    const before = this.hostile.seen.length;
    const ask = async (code: number): Promise<SeenPacket | undefined> => {
      this.hostile.packet(code, [service, uniq(6)], { source });
      await this.#rest(code);
      return this.#asked.shift();
    };
    const padi = await ask(CODE_PADI);
    if (padi === undefined) return;
    const head = { destination: padi.source, source: AC };
    ac.send({ ...head, code: CODE_PADO, sessionId: 0 }, [acName, ...padi.list]);
    await this.#rest();
    const padr = await ask(CODE_PADR);
    if (padr === undefined) return;
    const id = reuse ? this.#free.shift() ?? this.#nextId++ : this.#nextId++;
    ac.send({ ...head, code: CODE_PADS, sessionId: id }, padr.list);
    await this.#rest();
    this.#learn(before, padr.source);
  }

  /** Packets that ask the AC for something. */
  #asked: SeenPacket[] = [];

  /** What the PADS says that the hostile client has got since. */
  #learn(since: number, local: Mac): void {
    for (const { kind, handle, body } of this.hostile.seen.slice(since)) {
      const packet = kind === KIND_DISCOVERY ? parseDiscovery(body) : "no PADS";
      if (typeof packet === "string" || packet.code !== CODE_PADS || handle === 0) continue;
      const { sessionId: acSessionId, destination: customer, source: concentrator } = packet;
      const tags = readTags(packet.tags);
      const { proof } = takeProof(typeof tags === "string" ? [] : tags);
      must(proof !== undefined, "a session without a proof");
      this.had.push({ handle, acSessionId, customer, concentrator, local, proof, goodbyes: 1 });
    }
  }

  /** The hostile client comes anew with these records of a list, and perhaps others behind them. */
  async connect(bodies: readonly Uint8Array[], honest?: readonly ListedSession[]): Promise<void> {
    const { resumed, proxy } = this.path.server;
    const before = resumed.length;
    const held = [...proxy.sessions.table].filter(({ member }) => member.name === "hostile");
    this.hostile = new HostileClient(this.path, "hostile", null);
    for (const body of bodies) this.hostile.write(record(KIND_CONTROL, ControlType.sessions, body));
    await this.#rest();
    must(resumed.length <= before + 1, "one list is answered twice");
    const room = Math.max(OWN_SESSIONS, held.length);
    // Whatever it lists, each entry that may be there, and each session, is answered once.
    must(this.hostile.seen.length <= room + held.length + 2, "more is said than was asked");
    if (honest === undefined || honest.length > room) return;
    const matched = held.filter((session) => honest.some((entry) => isSame(entry, session)));
    const unknown = honest.filter((entry) => !held.some((session) => isSame(entry, session)));
    const [kept, ended] = [matched.length, held.length - matched.length];
    const expected = { kept, ended, unknown: unknown.length };
    const outcome = JSON.stringify(resumed.at(-1));
    must(outcome === JSON.stringify(expected), () => `${outcome} of ${JSON.stringify(expected)}`);
  }

  /** It says anything on its present tunnel. */
  async say(kind: number, handle: number, body: Uint8Array): Promise<void> {
    this.hostile.write(record(kind, handle, body));
    await this.#rest();
  }

  /** It ends a session, whosever it is. */
  async end(session: ListedSession, tags: readonly Tag[]): Promise<void> {
    const { handle, customer: source, concentrator: destination, acSessionId: id } = session;
    this.hostile.packet(CODE_PADT, tags, { handle, source, destination, id });
    await this.#rest();
  }

  /** The AC ends one of its sessions. */
  async acEnds({ local, concentrator, acSessionId, handle }: HostileSession): Promise<void> {
    const open = [...this.path.server.proxy.sessions.table].some((session) =>
      session.member.name === "hostile" && session.handle === handle &&
      session.acSessionId === acSessionId
    );
    if (!open) return;
    const head = { destination: local, source: concentrator, code: CODE_PADT };
    this.path.ac.send({ ...head, sessionId: acSessionId }, []);
    this.#free.push(acSessionId);
    await this.#rest();
  }

  /** The server's process ends, and another takes its place: with its sessions, or with none. */
  async restart(keep: boolean): Promise<void> {
    this.hostile.close();
    await this.hostile.ended;
    await this.path.restart("server", keep);
    const { resumed } = this.path.clients[0];
    const before = resumed.length;
    this.path.reconnect(0);
    await until(() => resumed.length > before);
    // Another process does not know what the last one has said.
    for (const session of this.had) session.goodbyes = 1;
    if (!keep) await this.#victimEnds();
    this.hostile = new HostileClient(this.path, "hostile", null);
    await this.#rest();
  }

  /** Its customer hangs up and dials again; the AC may give it an id that the hostile client had. */
  async redial(reuse: boolean): Promise<void> {
    const destination = this.#victim.far === CUSTOMER ? AC : LAN;
    const head = { destination, source: CUSTOMER, code: CODE_PADT };
    this.path.customers[0].send({ ...head, sessionId: this.#victim.nearId }, []);
    await settle();
    await this.#victimEnds(reuse, false);
  }

  /** Both peers of the victim's session are to hear of its end from its own client, and it dials. */
  async #victimEnds(reuse = false, byServer = true): Promise<void> {
    await settle();
    const ends = takePackets(this.path.ac);
    const its = ends.filter(({ sessionId }) => sessionId === this.#victim.id);
    must(its.length === 1 && its[0].code === CODE_PADT, "the AC hears of the victim's end once");
    for (const packet of ends) if (!its.includes(packet)) this.#mustBeOwn(packet);
    must(takePackets(this.path.customers[0]).length === (byServer ? 1 : 0), "so does its customer");
    await this.#dialVictim(reuse ? this.#free.shift() ?? this.#nextId++ : this.#nextId++);
    await settle();
  }

  async #dialVictim(id: number): Promise<void> {
    const tags = [service, uniq(7, id)];
    const { pads } = await dial(this.path, { id, tags });
    const [session] = this.path.clients[0].proxy.sessions.table;
    const { proof, wireSessionId, acSessionId } = session;
    must(proof !== undefined && acSessionId === id, "the victim's session is not the AC's");
    must(pads.sessionId === wireSessionId, "its customer has another");
    this.#victim.opened(id, wireSessionId);
    this.known.push({ ...session, proof });
  }

  /** Time passes, in which the server looks after its sessions. */
  async pass(milliseconds: number): Promise<void> {
    this.path.advance(milliseconds);
    const { proxy } = this.path.server;
    proxy.sweep(GRACE);
    endTerminated(proxy.sessions, LINGER);
    await this.#rest();
  }

  /** Waits until all is done, and looks at what has left. */
  async #rest(asking?: number): Promise<void> {
    const sent = this.path.ac.frames.length;
    must(sent === 0, "something left before");
    await this.hostile.taken();
    await settle();
    must(this.path.customers[0].frames.length === 0, "a frame for the victim");
    for (const packet of takePackets(this.path.ac)) {
      mustFit(packet.frame, "ac");
      if (packet.code === CODE_PADT) this.#mustBeOwn(packet);
      else {
        must(packet.code === asking, `a packet of code ${packet.code} that nobody asked for`);
        this.#asked.push(packet);
      }
    }
  }

  /** A PADT that leaves is of a session that the hostile client had, and the first of it. */
  #mustBeOwn({ code, source, destination, sessionId, frame }: SeenPacket): void {
    must(code === CODE_PADT, `code ${code} to the AC`);
    this.#victim.mustNotBeMeant(frame);
    const session = this.had.find(({ local, concentrator, acSessionId, goodbyes }) =>
      local === source && concentrator === destination && acSessionId === sessionId && goodbyes > 0
    );
    must(session !== undefined, () => `a PADT of session ${sessionId}, which it did not have`);
    session.goodbyes--;
    this.told++;
    if (!this.#free.includes(sessionId)) this.#free.push(sessionId);
  }

  /** The victim's session works, and nothing has grown beyond its limit. */
  async mustBeWell(): Promise<void> {
    await this.#victim.mustCarry([this.hostile]);
    const { proxy } = this.path.server;
    const others = [...proxy.sessions.table].filter(({ member }) => member.name !== "victim");
    must(others.length <= OWN_SESSIONS, "more sessions than allowed");
    must(proxy.members.size <= 2, "more members than clients");
    must(proxy.sessions.earlier.orphans.waiting <= this.had.length, "more orphans than sessions");
    must(proxy.sessions.earlier.claims.size === 0, "a server believes a claim");
    must(this.path.clients[0].ends.every((end) => end !== "address-changed"), "the victim is hit");
  }
}

function isSame(a: ListedSession, b: ListedSession): boolean {
  return a.handle === b.handle && a.acSessionId === b.acSessionId && a.customer === b.customer &&
    a.concentrator === b.concentrator;
}
