import type { Mac } from "../../pppoe/mac.ts";
import { BySize } from "../../limits/by_size.ts";
import type { Peer, Session } from "./session.ts";

/** Time for which the answer to a PADT is forwarded, in milliseconds. */
const ANSWER_TIME = 5_000;
/** Maximum number of sessions remembered; evicts the oldest of the peer with the most. */
const MAX_CLOSING = 256;

interface ClosingSession {
  session: Session;
  answerFrom: "wire" | "tunnel";
  until: number;
}

/**
 * Closing sessions, just ended by one side. Many hosts answer a PADT with one of their own, and
 * some wait for it (the kernel's PPPoE hangs up only on receiving the AC's): the answer is
 * forwarded once.
 */
export class ClosingSessions {
  /** Each peer's entries, oldest first. */
  #byPeer = new Map<Peer, ClosingSession[]>();
  #sizes = new BySize<ClosingSession[]>();
  #size = 0;
  #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Number of sessions remembered. */
  get size(): number {
    return this.#size;
  }

  /** Records an ended session; `answerFrom` is the side that has yet to answer. */
  add(session: Session, answerFrom: "wire" | "tunnel"): void {
    let own = this.#byPeer.get(session.peer);
    if (own === undefined) this.#byPeer.set(session.peer, own = []);
    own.push({ session, answerFrom, until: this.#now() + ANSWER_TIME });
    this.#sizes.resize(own, own.length - 1, own.length);
    if (++this.#size > MAX_CLOSING) this.#remove(this.#sizes.first(), 0);
  }

  /** Drops entries whose answers could be mistaken for the end of this newly opened session. */
  forget({ remote, local, wireSessionId, peer, handle }: Session): void {
    const isMistaken = ({ session }: ClosingSession): boolean =>
      session.wireSessionId === wireSessionId && session.remote === remote &&
        session.local === local || session.handle === handle && session.peer === peer;
    this.#removeAll(isMistaken);
  }

  /** Removes and returns the session that a PADT from the wire answers for. */
  takeFromWire(remote: Mac, local: Mac, sessionId: number): Session | undefined {
    return this.#take((entry) => isAnsweredFromWire(entry, remote, local, sessionId));
  }

  /** Returns the session that a PADT from the wire would answer for. */
  findFromWire(remote: Mac, local: Mac, sessionId: number): Session | undefined {
    for (const own of this.#byPeer.values()) {
      const found = own.find((entry) => isAnsweredFromWire(entry, remote, local, sessionId));
      if (found !== undefined) return found.session;
    }
    return undefined;
  }

  /** Removes and returns the session that a PADT from a tunnel answers for. */
  takeFromTunnel(peer: Peer, handle: number): Session | undefined {
    return this.#take(({ session, answerFrom }) =>
      answerFrom === "tunnel" && session.peer === peer && session.handle === handle
    );
  }

  #take(matches: (entry: ClosingSession) => boolean): Session | undefined {
    const now = this.#now();
    this.#removeAll(({ until }) => until <= now);
    for (const own of this.#byPeer.values()) {
      const at = own.findIndex(matches);
      if (at >= 0) return this.#remove(own, at)?.session;
    }
    return undefined;
  }

  #removeAll(matches: (entry: ClosingSession) => boolean): void {
    for (const own of this.#byPeer.values()) {
      for (let at = own.length - 1; at >= 0; at--) if (matches(own[at])) this.#remove(own, at);
    }
  }

  #remove(own: ClosingSession[] | undefined, at: number): ClosingSession | undefined {
    const [removed] = own?.splice(at, 1) ?? [];
    if (own === undefined || removed === undefined) return undefined;
    this.#sizes.resize(own, own.length + 1, own.length);
    this.#size--;
    if (own.length === 0) this.#byPeer.delete(removed.session.peer);
    return removed;
  }
}

function isAnsweredFromWire(
  { session, answerFrom }: ClosingSession,
  remote: Mac,
  local: Mac,
  sessionId: number,
): boolean {
  return answerFrom === "wire" && session.remote === remote && session.local === local &&
    session.wireSessionId === sessionId;
}
