import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_HOST_UNIQ,
} from "../../src/pppoe/constants.ts";
import { parseDiscovery } from "../../src/pppoe/frame.ts";
import type { Mac } from "../../src/pppoe/mac.ts";
import { findTag, readTags } from "../../src/pppoe/tags.ts";
import type { HostUniqMode } from "../../src/proxy/discovery/host_uniq.ts";
import type { MacPolicy } from "../../src/proxy/session/proxy_options.ts";
import type { TunnelEnd } from "../../src/tunnel/close_reason.ts";
import {
  ControlType,
  KIND_CONTROL,
  MAX_RECORD_BODY,
  RECORD_HEADER,
} from "../../src/tunnel/record/record.ts";
import type { ListedSession } from "../../src/tunnel/session_list.ts";
import { acName, cookie, dial, sessionFrame, settle } from "../proxy/dial.ts";
import { openPath, type Path, WAN } from "../proxy/path.ts";
import { HostileClient } from "../proxy/raw_client.ts";
import { addresses, dropsOf, mustFit } from "./frame_rules.ts";
import { must } from "./target.ts";
import { Victim } from "./victim.ts";

export const LIMITS = { sessions: 6, pendingDiscoveries: 3 };
export const VICTIM_ID = 0x11;

/** A server with an honest client that has a session, and a malicious client. */
export class TunnelWorld {
  readonly path: Path;
  /** Tag values worth trying: those shown to the AC. */
  readonly values: Uint8Array[] = [];
  /** The victim's session, as known by the server. */
  victim: ListedSession | undefined;
  hostile: HostileClient;
  readonly ends: TunnelEnd[] = [];
  #transparent: boolean;
  #beside: Victim;
  /** PADIs and PADRs that the AC has not answered yet. */
  #asked: Uint8Array[] = [];
  #nextId = 0x100;
  #stream = new Uint8Array(0);
  /** Whether the hostile client's current tunnel is up. */
  #alive = true;

  private constructor(path: Path, mac: MacPolicy) {
    this.path = path;
    this.#transparent = mac === "transparent";
    this.#beside = new Victim(path, mac);
    this.#beside.opened(VICTIM_ID, VICTIM_ID);
    this.hostile = new HostileClient(path, "hostile");
    this.#watch(this.hostile);
  }

  #watch(client: HostileClient): void {
    this.#alive = true;
    client.ended.then((end) => {
      this.ends.push(end);
      if (client === this.hostile) this.#alive = false;
    });
  }

  static async open(mac: MacPolicy, hostUniq: HostUniqMode): Promise<TunnelWorld> {
    const path = openPath({ clients: ["victim"], mac, hostUniq, limits: LIMITS });
    const { padi } = await dial(path, { id: VICTIM_ID });
    const world = new TunnelWorld(path, mac);
    world.values.push(findTag(padi.list, TAG_HOST_UNIQ)?.slice() ?? new Uint8Array(0));
    [world.victim] = path.server.proxy.sessions.table;
    await settle();
    return world;
  }

  /** The hostile client reconnects without closing the old connection. */
  async reconnect(list: readonly ListedSession[] | null): Promise<void> {
    this.hostile = new HostileClient(this.path, "hostile", list);
    this.#watch(this.hostile);
    this.#stream = new Uint8Array(0);
    await this.hostile.taken();
    await settle();
    this.#take();
  }

  /** Advances the time, during which the server may repeat a PADI without an offer. */
  async pass(milliseconds: number): Promise<void> {
    this.path.advance(milliseconds);
    await settle();
    this.#take();
  }

  /**
   * The hostile client sends bytes in pieces; each record in them must be forwarded or counted
   * once.
   */
  async say(bytes: Uint8Array, piece: number): Promise<void> {
    const { server } = this.path;
    const before = dropsOf(server);
    for (let at = 0; at < bytes.length; at += piece) {
      this.hostile.write(bytes.slice(at, at + piece));
    }
    // Waits for as many turns as needed: a tunnel's work per turn is limited.
    await this.hostile.taken();
    await settle();
    const frames = this.#take();
    const expected = this.#count(bytes);
    const seen = frames + dropsOf(server) - before;
    must(
      !this.#alive || expected === undefined || seen === expected,
      `${expected} frames became ${seen} frames and drops`,
    );
  }

  /**
   * Counts session and discovery records that are now complete; undefined if other records have
   * effects.
   */
  #count(bytes: Uint8Array): number | undefined {
    const stream = Uint8Array.from([...this.#stream, ...bytes]);
    const view = new DataView(stream.buffer);
    let [at, count, plain] = [0, 0, true];
    while (stream.length - at >= RECORD_HEADER) {
      const header = view.getUint32(at);
      const end = at + RECORD_HEADER + (header >>> 16 & MAX_RECORD_BODY);
      if (end > stream.length) break;
      const type = header & 0xffff;
      // An unexpected pong is counted like a dropped frame.
      if (header >>> 30 !== KIND_CONTROL || type === ControlType.pong) count++;
      else if (type !== ControlType.ping) plain = false;
      at = end;
    }
    this.#stream = stream.slice(at);
    return plain ? count : undefined;
  }

  /**
   * Checks the frames sent, and keeps those that an AC would answer; returns the number of frames.
   */
  #take(): number {
    const { ac, customers } = this.path;
    must(customers[0].frames.length === 0, "a frame for the victim");
    const frames = ac.frames.splice(0);
    for (const frame of frames) {
      mustFit(frame, "ac");
      const { source } = addresses(frame);
      if (!this.#transparent) must(source === WAN, "a source address other than the server's own");
      this.#beside.mustNotBeMeant(frame);
      const packet = parseDiscovery(frame);
      if (typeof packet === "string") continue;
      if (packet.code === CODE_PADI || packet.code === CODE_PADR) this.#asked.push(frame);
    }
    return frames.length;
  }

  /** The AC answers the oldest request: a PADI with an offer, a PADR with a session. */
  async answer(ac: Mac): Promise<void> {
    const asked = this.#asked.shift();
    const packet = asked === undefined ? "frame-short" : parseDiscovery(asked);
    if (typeof packet === "string") return;
    const tags = readTags(packet.tags);
    if (typeof tags === "string") return;
    const token = findTag(tags, TAG_HOST_UNIQ);
    if (token !== undefined) this.values.push(token.slice());
    const head = { destination: packet.source, source: ac };
    if (packet.code === CODE_PADI) {
      this.path.ac.send({ ...head, code: CODE_PADO, sessionId: 0 }, [...tags, acName, cookie]);
    } else {
      this.path.ac.send({ ...head, code: CODE_PADS, sessionId: this.#nextId++ }, tags);
    }
    await settle();
    const refused = this.path.ac.frames.splice(0).map((frame) => parseDiscovery(frame));
    must(
      refused.every((packet) => typeof packet !== "string" && packet.code === CODE_PADT),
      "an answer made the server send something other than a PADT",
    );
    must(this.path.customers[0].frames.length === 0, "the victim got another client's answer");
  }

  /** The AC sends a frame to, or ends, a session other than the victim's. */
  async toSession(n: number, end: boolean): Promise<void> {
    const others = [...this.path.server.proxy.sessions.table].filter((session) =>
      session.peer.name !== "victim"
    );
    const session = others[n % Math.max(1, others.length)];
    if (session === undefined) return;
    const { local, remote, wireSessionId } = session;
    if (end) {
      const head = { destination: local, source: remote, code: CODE_PADT };
      this.path.ac.send({ ...head, sessionId: wireSessionId }, []);
    } else this.path.ac.sendRaw(sessionFrame(local, remote, wireSessionId, [0xc0, 0x21, n]));
    await settle();
    this.#take();
  }

  /** Checks that the victim's session carries frames in both directions, unseen by others. */
  mustCarryVictim(): Promise<void> {
    return this.#beside.mustCarry([this.hostile]);
  }

  /** Checks that no table exceeds its limit, and that tunnels ended for a valid reason. */
  mustBeBounded(): void {
    const { proxy, pending } = this.path.server;
    must(proxy.sessions.table.size <= LIMITS.sessions, "more sessions than allowed");
    must(pending() <= LIMITS.pendingDiscoveries, "more discoveries than allowed");
    must(proxy.peers.size <= 2, "more members than clients");
    for (const { reason, by, detail } of this.ends) {
      const told = by === "peer" || by === "us" && /^(protocol-violation|replaced)$/.test(reason);
      must(told, `the tunnel ended: ${reason} by ${by}, ${detail}`);
    }
  }
}
