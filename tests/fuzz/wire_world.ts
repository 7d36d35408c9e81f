import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  ETHERTYPE_SESSION,
  TAG_AC_COOKIE,
  TAG_HOST_UNIQ,
} from "../../src/pppoe/constants.ts";
import { encodeDiscovery, parseDiscovery } from "../../src/pppoe/frame.ts";
import { BROADCAST, type Mac } from "../../src/pppoe/mac.ts";
import { encodeTags, findTag, readTags, type Tag } from "../../src/pppoe/tags.ts";
import type { HostUniqMode } from "../../src/proxy/discovery/host_uniq.ts";
import type { MacPolicy } from "../../src/proxy/session/proxy_options.ts";
import { cookie, service, sessionFrame, settle } from "../proxy/dial.ts";
import { LAN, openPath, type OuterWire, type Path, type Side, WAN } from "../proxy/path.ts";
import { addresses, dropsOf, mustFit, payloadOf } from "./frame_rules.ts";
import { must, sameBytes } from "./target.ts";

export const LIMITS = { sessions: 6, pendingDiscoveries: 3 };

/** A wire: a customers' wire by number, or the ACs' wire. */
export type Wire = number | "ac";

/** A session as known by the customer and the AC. */
export interface OpenSession {
  wire: number;
  customer: Mac;
  /** The AC's address as seen by the customer, and the customer's session id. */
  near: Mac;
  nearId: number;
  ac: Mac;
  /** The customer's address as seen by the AC, and the session id that the AC assigned. */
  far: Mac;
  id: number;
}

/** A complete path with arbitrary frames on its wires, and all properties that must hold. */
export class WireWorld {
  readonly path: Path;
  /** Observed tokens and cookies. */
  readonly values: Uint8Array[] = [];
  readonly sessions: OpenSession[] = [];
  #mac: MacPolicy;
  #spoken = new Map<Wire, Set<Mac>>([["ac", new Set()], [0, new Set()], [1, new Set()]]);
  #nextId = 0x10;

  constructor(mac: MacPolicy, hostUniq: HostUniqMode) {
    this.#mac = mac;
    this.path = openPath({ clients: ["one", "two"], mac, hostUniq, limits: LIMITS });
  }

  #outer(wire: Wire): OuterWire {
    return wire === "ac" ? this.path.ac : this.path.customers[wire];
  }

  #side(wire: Wire): Side {
    return wire === "ac" ? this.path.server : this.path.clients[wire];
  }

  /** Advances the time, during which the server may repeat a PADI without an offer. */
  async pass(milliseconds: number): Promise<void> {
    this.path.advance(milliseconds);
    await settle();
    for (const frame of this.path.ac.frames.splice(0)) {
      mustFit(frame, "ac");
      const packet = parseDiscovery(frame);
      const isPadi = typeof packet !== "string" && packet.code === CODE_PADI;
      must(isPadi && packet.source === WAN, "an unexpected frame");
    }
  }

  /** Puts a frame on a wire; returns the resulting frames by wire. */
  async put(wire: Wire, unpadded: Uint8Array): Promise<Map<Wire, Uint8Array[]>> {
    if (unpadded.length > 1_514) return new Map(); // too long for a wire
    const frame = new Uint8Array(Math.max(60, unpadded.length));
    frame.set(unpadded);
    const sides = [this.path.server, ...this.path.clients];
    const before = sides.map(dropsOf);
    const limited = () => this.#side(wire).drops["session-limit"] ?? 0;
    const limitedBefore = limited();
    this.#spoken.get(wire)?.add(addresses(frame).source);
    this.#outer(wire).sendRaw(frame);
    await settle();
    const dropped = sides.map((side, i) => dropsOf(side) - before[i]);
    const here = dropped[sides.indexOf(this.#side(wire))];
    const all = dropped.reduce((sum, count) => sum + count, 0);
    const seen = new Map<Wire, Uint8Array[]>();
    for (const to of ["ac", 0, 1] as const) seen.set(to, this.#outer(to).frames.splice(0));
    const elsewhere = [...seen].reduce((sum, [to, got]) => sum + (to === wire ? 0 : got.length), 0);
    const back = seen.get(wire)?.length ?? 0;
    must(all + elsewhere + back > 0, "a frame disappeared without being counted");
    must(here <= 1, "a frame was counted twice");
    // A PADS beyond a limit is dropped, but both sides are notified.
    const told = limited() > limitedBefore;
    must(here === 0 || all === 1 && elsewhere === 0 || told, "a dropped frame had consequences");
    for (const [to, frames] of seen) frames.forEach((got) => this.#check(to, got, frame));
    return seen;
  }

  #check(to: Wire, got: Uint8Array, put: Uint8Array): void {
    mustFit(got, to === "ac" ? "ac" : "customer");
    const { destination, source } = addresses(got);
    const spoken = (wire: Wire, mac: Mac) => this.#spoken.get(wire)?.has(mac) === true;
    const own = to === "ac" ? WAN : LAN;
    const peers: readonly Wire[] = to === "ac" ? [0, 1] : ["ac"];
    const fits = this.#mac === "own" ? source === own : peers.some((wire) => spoken(wire, source));
    must(fits, `a frame from the unknown address ${source.toString(16)}`);
    const known = to === "ac" && destination === BROADCAST || spoken(to, destination) ||
      to === "ac" && parseDiscovery(got) !== "ethertype-wrong";
    must(known, `a frame to the unknown address ${destination.toString(16)}`);
    const payload = payloadOf(got);
    if (payload === undefined) return;
    const given = payloadOf(put);
    must(given !== undefined && sameBytes(given, payload), "a payload that was never sent");
  }

  /** Sends a frame and returns the resulting packet of this code on a wire. */
  async ask(wire: Wire, frame: Uint8Array, at: Wire, code: number): Promise<Seen | undefined> {
    const seen = (await this.put(wire, frame)).get(at)?.map(read);
    const found = seen?.find((packet) => packet?.code === code);
    for (const { type, value } of found?.list ?? []) {
      if (type === TAG_HOST_UNIQ || type === TAG_AC_COOKIE) this.values.push(value.slice());
    }
    return found;
  }

  /** Dials as customers and ACs do; undefined if it is refused. */
  async dial(wire: number, customer: Mac, ac: Mac, tags: Tag[]): Promise<OpenSession | undefined> {
    const head = { source: customer, sessionId: 0 };
    const padi = encodeDiscovery({
      ...head,
      destination: BROADCAST,
      code: CODE_PADI,
      tags: encodeTags([service, ...tags]),
    });
    const asked = await this.ask(wire, padi, "ac", CODE_PADI);
    if (asked === undefined) return undefined;
    const answer = { destination: asked.source, source: ac };
    const offer = encodeTags([...asked.list, cookie]);
    const pado = encodeDiscovery({ ...answer, code: CODE_PADO, sessionId: 0, tags: offer });
    const offered = await this.ask("ac", pado, wire, CODE_PADO);
    if (offered === undefined) return undefined;
    const wrapped = { type: TAG_AC_COOKIE, value: findTag(offered.list, TAG_AC_COOKIE) };
    const chosen = encodeTags([service, ...tags, wrapped as Tag]);
    const padr = encodeDiscovery({
      ...head,
      destination: offered.source,
      code: CODE_PADR,
      tags: chosen,
    });
    const requested = await this.ask(wire, padr, "ac", CODE_PADR);
    if (requested === undefined) return undefined;
    const id = this.#nextId++;
    const echoed = encodeTags(requested.list);
    const pads = encodeDiscovery({ ...answer, code: CODE_PADS, sessionId: id, tags: echoed });
    const confirmed = await this.ask("ac", pads, wire, CODE_PADS);
    if (confirmed === undefined || confirmed.sessionId === 0) return undefined;
    const [near, nearId] = [confirmed.source, confirmed.sessionId];
    const session = { wire, customer, near, nearId, ac, far: asked.source, id };
    this.sessions.push(session);
    return session;
  }

  /** Whether a session carries frames in both directions. */
  async carries({ wire, customer, near, nearId, ac, far, id }: OpenSession): Promise<boolean> {
    const up = await this.put(wire, sessionFrame(near, customer, nearId, [0xc0, 0x21, 1]));
    const down = await this.put("ac", sessionFrame(far, ac, id, [0xc0, 0x21, 2]));
    const isData = (frame: Uint8Array) =>
      new DataView(frame.buffer).getUint16(12) === ETHERTYPE_SESSION;
    return up.get("ac")?.some(isData) === true && down.get(wire)?.some(isData) === true;
  }

  /** Checks that no table exceeds its limit. */
  mustBeBounded(): void {
    for (const { proxy, pending } of [this.path.server, ...this.path.clients]) {
      const { size } = proxy.sessions.table;
      must(size <= LIMITS.sessions, `${size} sessions`);
      must(pending() <= LIMITS.pendingDiscoveries, `${pending()} discoveries`);
      must(proxy.peers.size <= 2, `${proxy.peers.size} members`);
    }
  }
}

interface Seen {
  code: number;
  source: Mac;
  sessionId: number;
  list: Tag[];
}

function read(frame: Uint8Array): Seen | undefined {
  const packet = parseDiscovery(frame);
  if (typeof packet === "string") return undefined;
  const list = readTags(packet.tags);
  return typeof list === "string" ? undefined : { ...packet, list };
}
