import { type Member, newMember } from "./session.ts";

/** Maximum number of peers remembered without a tunnel or sessions; evicts the longest gone. */
const MAX_FORMER = 1_024;

/** The peers of a process, by name. */
export class PeerTable {
  /** Peers with a tunnel, a tunnel being set up, or held sessions. */
  readonly members = new Map<string, Member>();
  /** Former peers: when one returns, the handles of its ended sessions are still recognised. */
  #former = new Map<string, Member>();
  #now: () => number;

  /** `now` is a monotonic clock, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns the peer of this name, new or as it was left. */
  enter(name: string): Member {
    const found = this.members.get(name) ?? this.#former.get(name) ?? newMember(name, this.#now());
    this.#former.delete(name);
    this.members.set(name, found);
    return found;
  }

  /** Makes a peer a former one if it has no tunnel and no sessions. */
  release(member: Member): void {
    if (member.tunnel !== undefined || member.joining !== undefined || member.sessions > 0) return;
    this.members.delete(member.name);
    this.#former.set(member.name, member);
    if (this.#former.size <= MAX_FORMER) return;
    for (const oldest of this.#former.keys()) return void this.#former.delete(oldest);
  }
}
