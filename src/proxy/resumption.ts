import { padt } from "../pppoe/discovery.ts";
import type { Violation } from "../tunnel/record.ts";
import { decodeSessionList, encodeResumed, type ListedSession } from "../tunnel/session_list.ts";
import { ControlType } from "../tunnel/record.ts";
import type { Tunnel } from "../tunnel/tunnel.ts";
import { Known, type Member, type Session } from "./session.ts";
import type { SessionSwitch } from "./session_switch.ts";

/** What came of a list. */
export interface Resumed {
  /** Sessions that go on. */
  kept: number;
  /** Sessions of ours that the client no longer has, of which the AC is told, or that have just ended. */
  ended: number;
  /** Sessions of the client that we do not have; it is told. */
  unknown: number;
}

/** What a resumption is made of. */
export interface ResumptionOptions {
  sessions: SessionSwitch;
  member: Member;
  tunnel: Tunnel;
  /** Sessions that the client may have. */
  most: number;
  /** The client has been told everything; not called where another tunnel has taken over. */
  done: (outcome: Resumed) => void;
}

/**
 * The server's part of resuming: compares a client's list of sessions with those held for it. Only
 * what both have, with the same peers and id, goes on. What the client is to be told waits here where
 * the tunnel has no room for it, and a list is no longer than the client may have sessions.
 */
export class Resumption {
  #switch: SessionSwitch;
  #member: Member;
  #tunnel: Tunnel;
  #most: number;
  #done: (outcome: Resumed) => void;
  #kept = new Set<Session>();
  #unknown = 0;
  #ended = 0;
  #listed = 0;
  #complete = false;
  /** Ends that the tunnel had no room for yet. */
  #untold: Told[] = [];

  constructor({ sessions, member, tunnel, most, done }: ResumptionOptions) {
    this.#switch = sessions;
    this.#member = member;
    this.#tunnel = tunnel;
    this.#most = Math.max(most, member.sessions);
    this.#done = done;
  }

  /** Takes a record of the list. */
  record(body: Uint8Array): Violation | undefined {
    if (this.#complete) return "sessions-unexpected";
    const list = decodeSessionList(body);
    if (list === undefined) return "sessions-unreadable";
    this.#listed += list.sessions.length;
    if (this.#listed > this.#most) return "sessions-too-many";
    // The list ends with its last record, or there would be no end to empty ones.
    if (list.sessions.length === 0 && !list.last) return "sessions-unreadable";
    for (const entry of list.sessions) {
      const session = this.#match(entry);
      if (session !== undefined) this.#kept.add(session);
      else this.#decline(entry);
    }
    if (list.last) this.#finish();
    return undefined;
  }

  #match(entry: ListedSession): Session | undefined {
    const session = this.#switch.sessionByHandle(this.#member, entry.handle);
    const same = session?.acSessionId === entry.acSessionId &&
      session.customer === entry.customer && session.concentrator === entry.concentrator;
    return same ? session : undefined;
  }

  /** Where we were killed before it was written down, the AC still believes in it. */
  #decline({ handle, customer, concentrator, acSessionId }: ListedSession): void {
    this.#unknown++;
    if (handle === 0) return;
    const { known } = this.#member;
    if (known[handle] !== Known.used) known[handle] = Known.declined;
    this.#tell({ handle, customer, concentrator, acSessionId });
  }

  #tell(end: Told): void {
    if (this.#untold.length > 0 || !this.#put(end)) this.#untold.push(end);
  }

  #put({ handle, customer, concentrator, acSessionId }: Told): boolean {
    return this.#tunnel.writer.discovery(handle, padt(customer, concentrator, acSessionId));
  }

  #finish(): void {
    this.#complete = true;
    for (const session of this.#switch.table) {
      if (session.member !== this.#member || this.#kept.has(session)) continue;
      this.#switch.close(session, "not-resumed", { wire: true, tunnel: false });
      this.#tell(session);
      this.#ended++;
    }
    if (this.#isBehind()) this.#tellRest();
    else this.#conclude();
  }

  /** Tells the rest as fast as the client reads; its frames are taken from then on. */
  async #tellRest(): Promise<void> {
    do {
      await this.#tunnel.writer.drained();
      if (this.#member.joining !== this.#tunnel) return;
    } while (this.#isBehind());
    this.#conclude();
  }

  /** Tells what the tunnel has room for; whether something is left. */
  #isBehind(): boolean {
    let told = 0;
    while (told < this.#untold.length && this.#put(this.#untold[told])) told++;
    this.#untold.splice(0, told);
    if (this.#untold.length === 0) this.#tellLost();
    return this.#untold.length > 0;
  }

  /** What ended after it was matched could not be told at once: the client had no tunnel yet. */
  #tellLost(): void {
    const { sessions } = this.#switch.table;
    for (const session of this.#kept) {
      if (sessions[session.index] === session) continue;
      this.#kept.delete(session);
      this.#tell(session);
      this.#ended++;
    }
  }

  #conclude(): void {
    const { writer } = this.#tunnel;
    const kept = this.#kept.size;
    if (!writer.control(ControlType.resumed, encodeResumed(kept))) return this.#tunnel.overrun();
    writer.flush();
    this.#done({ kept, ended: this.#ended, unknown: this.#unknown });
  }
}

/** A session of whose end the client is told. */
type Told = Pick<Session, "handle" | "customer" | "concentrator" | "acSessionId">;
