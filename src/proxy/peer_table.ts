import { type Member, newMember } from "./session.ts";

/** Far proxies remembered that nothing connects us with now; the longest gone goes first. */
const MAX_FORMER = 1_024;

/** The far proxies of a process by name. */
export class PeerTable {
  /** Each has a tunnel, one that is about to be its tunnel, or sessions that are held. */
  readonly members = new Map<string, Member>();
  /** Those that were: when they are back, the handles of ended sessions are known for such. */
  #former = new Map<string, Member>();
  #now: () => number;

  /** `now` gives milliseconds of a steady clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The far proxy of this name, new or as it was left. */
  enter(name: string): Member {
    const found = this.members.get(name) ?? this.#former.get(name) ?? newMember(name, this.#now());
    this.#former.delete(name);
    this.members.set(name, found);
    return found;
  }

  /** Parts with a far proxy with which nothing connects us any more. */
  release(member: Member): void {
    if (member.tunnel !== undefined || member.joining !== undefined || member.sessions > 0) return;
    this.members.delete(member.name);
    this.#former.set(member.name, member);
    if (this.#former.size <= MAX_FORMER) return;
    for (const oldest of this.#former.keys()) return void this.#former.delete(oldest);
  }
}
