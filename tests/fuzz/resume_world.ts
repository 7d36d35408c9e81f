/**
 * A server that is restarted, with an honest client and a hostile one that makes any claims about
 * its sessions.
 */
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
import type { MacPolicy } from "../../src/proxy/session/proxy_options.ts";
import { takeProof } from "../../src/proxy/session/session_proof.ts";
import { endTerminated } from "../../src/proxy/session/session_ends.ts";
import { ControlType, KIND_CONTROL, KIND_DISCOVERY } from "../../src/tunnel/record/record.ts";
import type { ListedSession } from "../../src/tunnel/session_list.ts";
import { acName, dial, service, settle, uniq } from "../proxy/dial.ts";
import { until } from "../until.ts";
import { AC, CUSTOMER, LAN, openPath, type Path } from "../proxy/path.ts";
import { HostileClient, record } from "../proxy/raw_client.ts";
import type { SeenPacket } from "../proxy/outer_wire.ts";
import { takePackets } from "../proxy/segment.ts";
import { mustFit } from "./frame_rules.ts";
import { must } from "./target.ts";
import { Victim } from "./victim.ts";

/** Maximum number of sessions of the hostile client. */
const OWN_SESSIONS = 4;
const GRACE = 30_000;
const LINGER = 10_000;
/** No rate limits on discovery: this world tests what follows it. */
const RATES = { padiRate: 1e6, padiBurst: 1e6, padiRatePerMac: 1e6, padiBurstPerMac: 1e6 };

/** A session with the proof that a client can present for it. */
export interface Proven extends ListedSession {
  readonly proof: Uint8Array;
}

/** A current or former session of the hostile client. */
export interface HostileSession extends Proven {
  readonly local: Mac;
  /** Number of PADTs for it that may still be sent. */
  goodbyes: number;
}

export class ResumeWorld {
  readonly path: Path;
  /** Sessions of the hostile client, oldest first. */
  readonly had: HostileSession[] = [];
  /** The victim's sessions, which the hostile client knows completely. */
  readonly known: Proven[] = [];
  hostile: HostileClient;
  /** Number of PADTs sent for its sessions. */
  told = 0;
  #victim: Victim;
  /** Ids of ended sessions, which the AC assigns again. */
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

  /** The hostile client tries to open a session. */
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

  /** Requests to the AC. */
  #asked: SeenPacket[] = [];

  /** Records the session of the PADS that the hostile client has received since then. */
  #learn(since: number, local: Mac): void {
    for (const { kind, handle, body } of this.hostile.seen.slice(since)) {
      const packet = kind === KIND_DISCOVERY ? parseDiscovery(body) : "no PADS";
      if (typeof packet === "string" || packet.code !== CODE_PADS || handle === 0) continue;
      const { sessionId: acSessionId, destination: customer, source: concentrator } = packet;
      const tags = readTags(packet.tags);
      const { proof } = takeProof(typeof tags === "string" ? [] : tags);
      must(proof !== undefined, "a session has no proof");
      this.had.push({ handle, acSessionId, customer, concentrator, local, proof, goodbyes: 1 });
    }
  }

  /** The hostile client reconnects with these records of a list, and perhaps others after them. */
  async connect(bodies: readonly Uint8Array[], honest?: readonly ListedSession[]): Promise<void> {
    const { resumed, proxy } = this.path.server;
    const before = resumed.length;
    const held = [...proxy.sessions.table].filter(({ peer }) => peer.name === "hostile");
    this.hostile = new HostileClient(this.path, "hostile", null);
    for (const body of bodies) this.hostile.write(record(KIND_CONTROL, ControlType.sessions, body));
    await this.#rest();
    must(resumed.length <= before + 1, "one list was answered twice");
    const room = Math.max(OWN_SESSIONS, held.length);
    // Whatever it lists, each valid entry, and each session, is answered once.
    must(
      this.hostile.seen.length <= room + held.length + 2,
      "there are more answers than questions",
    );
    if (honest === undefined || honest.length > room) return;
    const matched = held.filter((session) => honest.some((entry) => isSame(entry, session)));
    const unknown = honest.filter((entry) => !held.some((session) => isSame(entry, session)));
    const [kept, ended] = [matched.length, held.length - matched.length];
    const expected = { kept, ended, unknown: unknown.length };
    const outcome = JSON.stringify(resumed.at(-1));
    must(outcome === JSON.stringify(expected), () => `${outcome} of ${JSON.stringify(expected)}`);
  }

  /** The hostile client sends any record on its current tunnel. */
  async say(kind: number, handle: number, body: Uint8Array): Promise<void> {
    this.hostile.write(record(kind, handle, body));
    await this.#rest();
  }

  /** The hostile client ends a session, its own or another's. */
  async end(session: ListedSession, tags: readonly Tag[]): Promise<void> {
    const { handle, customer: source, concentrator: destination, acSessionId: id } = session;
    this.hostile.packet(CODE_PADT, tags, { handle, source, destination, id });
    await this.#rest();
  }

  /** The AC ends one of the hostile client's sessions. */
  async acEnds({ local, concentrator, acSessionId, handle }: HostileSession): Promise<void> {
    const open = [...this.path.server.proxy.sessions.table].some((session) =>
      session.peer.name === "hostile" && session.handle === handle &&
      session.acSessionId === acSessionId
    );
    if (!open) return;
    const head = { destination: local, source: concentrator, code: CODE_PADT };
    this.path.ac.send({ ...head, sessionId: acSessionId }, []);
    this.#free.push(acSessionId);
    await this.#rest();
  }

  /** Restarts the server, with its sessions or without. */
  async restart(keep: boolean): Promise<void> {
    this.hostile.close();
    await this.hostile.ended;
    await this.path.restart("server", keep);
    const { resumed } = this.path.clients[0];
    const before = resumed.length;
    this.path.reconnect(0);
    await until(() => resumed.length > before);
    // A new process does not know what the previous one sent.
    for (const session of this.had) session.goodbyes = 1;
    if (!keep) await this.#victimEnds();
    this.hostile = new HostileClient(this.path, "hostile", null);
    await this.#rest();
  }

  /**
   * The victim's customer ends its session and dials again; the AC may reuse an id of the hostile
   * client.
   */
  async redial(reuse: boolean): Promise<void> {
    const destination = this.#victim.far === CUSTOMER ? AC : LAN;
    const head = { destination, source: CUSTOMER, code: CODE_PADT };
    this.path.customers[0].send({ ...head, sessionId: this.#victim.nearId }, []);
    await settle();
    await this.#victimEnds(reuse, false);
  }

  /**
   * Checks that both peers of the victim's session learn of its end from the victim's client, and
   * dials again.
   */
  async #victimEnds(reuse = false, byServer = true): Promise<void> {
    await settle();
    const ends = takePackets(this.path.ac);
    const its = ends.filter(({ sessionId }) => sessionId === this.#victim.id);
    must(
      its.length === 1 && its[0].code === CODE_PADT,
      "the AC did not get exactly one PADT for the victim",
    );
    for (const packet of ends) if (!its.includes(packet)) this.#mustBeOwn(packet);
    must(
      takePackets(this.path.customers[0]).length === (byServer ? 1 : 0),
      "the victim's customer got a wrong number of PADTs",
    );
    await this.#dialVictim(reuse ? this.#free.shift() ?? this.#nextId++ : this.#nextId++);
    await settle();
  }

  async #dialVictim(id: number): Promise<void> {
    const tags = [service, uniq(7, id)];
    const { pads } = await dial(this.path, { id, tags });
    const [session] = this.path.clients[0].proxy.sessions.table;
    const { proof, wireSessionId, acSessionId } = session;
    must(proof !== undefined && acSessionId === id, "the victim's session differs from the AC's");
    must(pads.sessionId === wireSessionId, "the customer's session id differs");
    this.#victim.opened(id, wireSessionId);
    this.known.push({ ...session, proof });
  }

  /** Advances the time and lets the server expire sessions. */
  async pass(milliseconds: number): Promise<void> {
    this.path.advance(milliseconds);
    const { proxy } = this.path.server;
    proxy.sweep(GRACE);
    endTerminated(proxy.sessions, LINGER);
    await this.#rest();
  }

  /** Waits until everything is processed, and checks the frames sent. */
  async #rest(asking?: number): Promise<void> {
    const sent = this.path.ac.frames.length;
    must(sent === 0, "unexpected frames were sent before");
    await this.hostile.taken();
    await settle();
    must(this.path.customers[0].frames.length === 0, "a frame for the victim");
    for (const packet of takePackets(this.path.ac)) {
      mustFit(packet.frame, "ac");
      if (packet.code === CODE_PADT) this.#mustBeOwn(packet);
      else {
        must(packet.code === asking, `an unexpected packet of code ${packet.code}`);
        this.#asked.push(packet);
      }
    }
  }

  /** Checks that a PADT is for a session of the hostile client, and the first one for it. */
  #mustBeOwn({ code, source, destination, sessionId, frame }: SeenPacket): void {
    must(code === CODE_PADT, `code ${code} to the AC`);
    this.#victim.mustNotBeMeant(frame);
    const session = this.had.find(({ local, concentrator, acSessionId, goodbyes }) =>
      local === source && concentrator === destination && acSessionId === sessionId && goodbyes > 0
    );
    must(
      session !== undefined,
      () => `a PADT for session ${sessionId}, which the hostile client never had`,
    );
    session.goodbyes--;
    this.told++;
    if (!this.#free.includes(sessionId)) this.#free.push(sessionId);
  }

  /** Checks that the victim's session works and that no limit is exceeded. */
  async mustBeWell(): Promise<void> {
    await this.#victim.mustCarry([this.hostile]);
    const { proxy } = this.path.server;
    const others = [...proxy.sessions.table].filter(({ peer }) => peer.name !== "victim");
    must(others.length <= OWN_SESSIONS, "more sessions than allowed");
    must(proxy.peers.size <= 2, "more members than clients");
    must(proxy.sessions.earlier.orphans.waiting <= this.had.length, "more orphans than sessions");
    must(proxy.sessions.earlier.claims.size === 0, "a server kept a client's claim");
    must(
      this.path.clients[0].ends.every((end) => end !== "address-changed"),
      "the victim is affected",
    );
  }
}

function isSame(a: ListedSession, b: ListedSession): boolean {
  return a.handle === b.handle && a.acSessionId === b.acSessionId && a.customer === b.customer &&
    a.concentrator === b.concentrator;
}
