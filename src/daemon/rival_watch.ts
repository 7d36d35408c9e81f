import {
  ownSockets,
  type PacketSocketRow,
  packetSockets,
  rivalsAmong,
} from "../checks/discovery_sockets.ts";
import type { Holding } from "./standing.ts";

/** Interval between looks, in milliseconds. */
const LOOK = 3_000;
/** Time after which a program does not only look for ACs, as `discover` does, in milliseconds. */
const SEARCH = 6_000;

/** What a {@linkcode RivalWatch} reads. */
export interface SocketSource {
  /** All packet sockets on an interface. Throws if it cannot be read. */
  readonly all: (interfaceName: string) => readonly PacketSocketRow[];
  /** Inodes of this process's sockets. */
  readonly own: () => ReadonlySet<string>;
}

/** Notices other programs that receive PPPoE discovery on this daemon's interface. */
export class RivalWatch {
  #sockets: SocketSource;
  #lookedAt = -Infinity;
  /** The sockets of the last look, as text: this process's own are only listed when it changes. */
  #known = "";
  /** When one was first seen; undefined if there is none. */
  #since: number | undefined;

  constructor(sockets: SocketSource = { all: packetSockets, own: ownSockets }) {
    this.#sockets = sockets;
  }

  /** What needs attention at `now`, in milliseconds. */
  conditions(name: string, now: number): Holding[] {
    if (now - this.#lookedAt >= LOOK) {
      this.#lookedAt = now;
      this.#look(name, now);
    }
    if (this.#since === undefined || now - this.#since < SEARCH) return [];
    return [{
      code: "discovery-shared",
      subject: name,
      words: `Another program also receives PPPoE discovery on "${name}", so two may answer a ` +
        "customer",
    }];
  }

  #look(name: string, now: number): void {
    let all: readonly PacketSocketRow[];
    try {
      all = this.#sockets.all(name);
    } catch {
      return; // the interface cannot be read now, which has a problem of its own
    }
    const known = all.map(({ inode }) => inode).join();
    if (known === this.#known) return;
    this.#known = known;
    const own = this.#sockets.own();
    // Without a view of its own sockets the process cannot tell them from others.
    const isSeen = all.some(({ inode }) => own.has(inode));
    const hasRival = isSeen && rivalsAmong(all, own).length > 0;
    this.#since = hasRival ? this.#since ?? now : undefined;
  }
}
