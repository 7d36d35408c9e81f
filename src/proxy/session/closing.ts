import type { Mac } from "../../pppoe/mac.ts";
import type { Peer, Session } from "./session.ts";

/** Time for which the answer to a PADT is forwarded, in milliseconds. */
const ANSWER_TIME = 5_000;
/** Maximum number of sessions remembered; evicts the oldest. */
const MAX_PARTING = 256;

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
  #entries: ClosingSession[] = [];
  #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records an ended session; `answerFrom` is the side that has yet to answer. */
  add(session: Session, answerFrom: "wire" | "tunnel"): void {
    this.#entries.push({ session, answerFrom, until: this.#now() + ANSWER_TIME });
    if (this.#entries.length > MAX_PARTING) this.#entries.shift();
  }

  /** Drops entries whose answers could be mistaken for the end of this newly opened session. */
  forget({ remote, local, wireSessionId, peer, handle }: Session): void {
    const isMistaken = ({ session }: ClosingSession): boolean =>
      session.wireSessionId === wireSessionId && session.remote === remote &&
        session.local === local || session.handle === handle && session.peer === peer;
    // Nearly always there is none, and a copy of the list costs more than everything else here.
    if (!this.#entries.some(isMistaken)) return;
    this.#entries = this.#entries.filter((entry) => !isMistaken(entry));
  }

  /** Removes and returns the session that a PADT from the wire answers for. */
  takeFromWire(remote: Mac, local: Mac, sessionId: number): Session | undefined {
    return this.#take((entry) => isAnsweredFromWire(entry, remote, local, sessionId));
  }

  /** Returns the session that a PADT from the wire would answer for. */
  findFromWire(remote: Mac, local: Mac, sessionId: number): Session | undefined {
    return this.#entries.find((entry) => isAnsweredFromWire(entry, remote, local, sessionId))
      ?.session;
  }

  /** Removes and returns the session that a PADT from a tunnel answers for. */
  takeFromTunnel(peer: Peer, handle: number): Session | undefined {
    return this.#take(({ session, answerFrom }) =>
      answerFrom === "tunnel" && session.peer === peer && session.handle === handle
    );
  }

  #take(matches: (entry: ClosingSession) => boolean): Session | undefined {
    const now = this.#now();
    this.#entries = this.#entries.filter(({ until }) => until > now);
    const at = this.#entries.findIndex(matches);
    return at < 0 ? undefined : this.#entries.splice(at, 1)[0].session;
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
