import { padt } from "../pppoe/discovery.ts";
import type { Mac } from "../pppoe/mac.ts";
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
  /** Sessions of ours that the client no longer has; the AC is told. */
  ended: number;
  /** Sessions of the client that we do not have; it is told. */
  unknown: number;
}

/**
 * The server's part of resuming: compares a client's list of sessions with those held for it. Only
 * what both have, with the same peers and id, goes on.
 */
export class Resumption {
  #switch: SessionSwitch;
  #member: Member;
  #tunnel: Tunnel;
  #kept = new Set<Session>();
  #unknown = 0;

  constructor(
    sessions: SessionSwitch,
    member: Member,
    tunnel: Tunnel,
  ) {
    this.#switch = sessions;
    this.#member = member;
    this.#tunnel = tunnel;
  }

  /** Takes a record of the list; what came of it after the last one. */
  record(body: Uint8Array): Resumed | Violation | undefined {
    const list = decodeSessionList(body);
    if (list === undefined) return "sessions-unreadable";
    for (const entry of list.sessions) {
      const session = this.#match(entry);
      if (session !== undefined) this.#kept.add(session);
      else this.#decline(entry);
    }
    return list.last ? this.#finish() : undefined;
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
    this.#tell(handle, customer, concentrator, acSessionId);
  }

  #tell(handle: number, customer: Mac, concentrator: Mac, acSessionId: number): void {
    this.#tunnel.writer.discovery(handle, padt(customer, concentrator, acSessionId));
  }

  #finish(): Resumed {
    let ended = 0;
    for (const session of this.#switch.table) {
      if (session.member !== this.#member || this.#kept.has(session)) continue;
      this.#switch.close(session, "not-resumed", { wire: true, tunnel: false });
      const { handle, customer, concentrator, acSessionId } = session;
      this.#tell(handle, customer, concentrator, acSessionId);
      ended++;
    }
    const kept = this.#kept.size;
    this.#tunnel.writer.control(ControlType.resumed, encodeResumed(kept));
    this.#tunnel.writer.flush();
    return { kept, ended, unknown: this.#unknown };
  }
}
