import { padt } from "../pppoe/discovery.ts";
import type { Violation } from "../tunnel/record/record.ts";
import { decodeSessionList, encodeResumed, type ListedSession } from "../tunnel/session_list.ts";
import { ControlType } from "../tunnel/record/record.ts";
import type { Tunnel } from "../tunnel/tunnel.ts";
import { END_CODES } from "./session/session_end.ts";
import { reportEnded } from "./session/report_ended.ts";
import { Known, type Peer, type Session } from "./session/session.ts";
import type { Sessions } from "./session/sessions.ts";

/** The result of a list. */
export interface Resumed {
  /** Number of sessions that continue. */
  kept: number;
  /**
   * Number of our sessions that the client no longer has (a PADT is sent to the AC) or that have
   * just ended.
   */
  ended: number;
  /** Number of the client's sessions that we do not have; the client gets a PADT for each. */
  unknown: number;
}

/** Dependencies of a resumption. */
export interface ResumptionOptions {
  sessions: Sessions;
  peer: Peer;
  tunnel: Tunnel;
  /** Maximum number of sessions of the client. */
  most: number;
  /**
   * Called when the client has been sent everything; not called if another tunnel has taken over.
   */
  done: (outcome: Resumed) => void;
}

/**
 * The server's part of resuming: compares a client's list of sessions with those held for it. Only
 * sessions that both have, with the same hosts and id, continue. PADTs for the client wait here
 * while the tunnel has no room, and a list may not exceed the client's maximum number of sessions.
 */
export class Resumption {
  #sessions: Sessions;
  #peer: Peer;
  #tunnel: Tunnel;
  #most: number;
  #done: (outcome: Resumed) => void;
  #kept = new Set<Session>();
  #unknown = 0;
  #ended = 0;
  #listed = 0;
  #complete = false;
  /** PADTs that the tunnel had no room for yet. */
  #unsent: EndedSession[] = [];

  constructor({ sessions, peer, tunnel, most, done }: ResumptionOptions) {
    this.#sessions = sessions;
    this.#peer = peer;
    this.#tunnel = tunnel;
    this.#most = Math.max(most, peer.sessions);
    this.#done = done;
  }

  /** Handles a record of the list. */
  record(body: Uint8Array): Violation | undefined {
    if (this.#complete) return "sessions-unexpected";
    const list = decodeSessionList(body);
    if (list === undefined) return "sessions-unreadable";
    this.#listed += list.sessions.length;
    if (this.#listed > this.#most) return "sessions-too-many";
    // The list ends with its last record; otherwise empty records could follow without end.
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
    const session = this.#sessions.sessionByHandle(this.#peer, entry.handle);
    const same = session?.acSessionId === entry.acSessionId &&
      session.customer === entry.customer && session.concentrator === entry.concentrator;
    return same ? session : undefined;
  }

  /** Declines an unknown session. After a crash before it was saved, the AC may still have it. */
  #decline({ handle, customer, concentrator, acSessionId }: ListedSession): void {
    this.#unknown++;
    if (handle === 0) return;
    const { known } = this.#peer;
    if (known[handle] !== Known.used) known[handle] = Known.declined;
    this.#notify({ handle, customer, concentrator, acSessionId });
  }

  #notify(end: EndedSession): void {
    if (this.#unsent.length > 0 || !this.#put(end)) this.#unsent.push(end);
  }

  #put({ handle, customer, concentrator, acSessionId }: EndedSession): boolean {
    const end = this.#peer.endings.reasonOf(handle) ?? "not-resumed";
    reportEnded(this.#tunnel, [{ handle, code: END_CODES[end] }]);
    return this.#tunnel.writer.discovery(handle, padt(customer, concentrator, acSessionId));
  }

  #finish(): void {
    this.#complete = true;
    for (const session of this.#sessions.table) {
      if (session.peer !== this.#peer || this.#kept.has(session)) continue;
      const end = this.#peer.endings.reasonOf(session.handle) ?? "not-resumed";
      this.#sessions.close(session, end, { wire: true, tunnel: false }, { side: "client" });
      this.#notify(session);
      this.#ended++;
    }
    if (this.#isBehind()) this.#notifyRest();
    else this.#conclude();
  }

  /** Sends the rest as fast as the client reads; then its frames are accepted. */
  async #notifyRest(): Promise<void> {
    do {
      await this.#tunnel.writer.drained();
      if (this.#peer.joining !== this.#tunnel) return;
    } while (this.#isBehind());
    this.#conclude();
  }

  /** Sends as many PADTs as the tunnel has room for; returns whether any is left. */
  #isBehind(): boolean {
    let sent = 0;
    while (sent < this.#unsent.length && this.#put(this.#unsent[sent])) sent++;
    this.#unsent.splice(0, sent);
    if (this.#unsent.length === 0) this.#notifyLost();
    return this.#unsent.length > 0;
  }

  /** Sends PADTs for matched sessions that ended before the client had a tunnel to receive them. */
  #notifyLost(): void {
    const { sessions } = this.#sessions.table;
    for (const session of this.#kept) {
      if (sessions[session.index] === session) continue;
      this.#kept.delete(session);
      this.#notify(session);
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

/** An ended session for the client's PADT. */
type EndedSession = Pick<Session, "handle" | "customer" | "concentrator" | "acSessionId">;
