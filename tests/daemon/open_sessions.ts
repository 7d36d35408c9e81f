import { AllPeerStats } from "../../src/daemon/peer_stats.ts";
import { AcWatch } from "../../src/daemon/acs/ac_watch.ts";
import { Rates } from "../../src/daemon/rates.ts";
import { type VisitedDaemon } from "../../src/daemon/session_visitors.ts";
import { IdleProbes, type IdleProbesOptions } from "../../src/proxy/session/idle_probes.ts";
import { LcpWatch } from "../../src/proxy/session/lcp_watch.ts";
import { newPeer, type Peer, type Session } from "../../src/proxy/session/session.ts";
import { SessionTable } from "../../src/proxy/session/session_table.ts";
import type { WatchedSessions } from "../../src/proxy/session/watched_sessions.ts";
import type { Tunnel } from "../../src/tunnel/tunnel.ts";

const AC = 0x02_00_00_00_00_01;

/** A server's sessions, by themselves: no link and no tunnel carries frames. */
export class OpenSessions {
  readonly table = new SessionTable();
  readonly peers = new AllPeerStats(() => 0);
  readonly rates = new Rates();
  readonly acs = new AcWatch("server", () => this.time);
  readonly lcp = new LcpWatch(() => this.time);
  /** Time of the clock, in milliseconds. */
  time = 1_000_000;
  isUp = true;
  /** Silence of an AC after which its sessions end, in milliseconds. */
  idleTimeout = 600_000;
  #opened = 0;
  #peers = new Map<string, Peer>();

  /** What the visitors of all sessions use. */
  get daemon(): VisitedDaemon {
    const { table, lcp, peers, rates, acs } = this;
    const now = (): number => this.time;
    const watched = { table, lcp, now } as unknown as WatchedSessions;
    const idle = new IdleProbes(watched, {} as IdleProbesOptions);
    return {
      mode: "server",
      link: Object.defineProperty({ up: true }, "up", { get: () => this.isUp }),
      proxy: { sessions: { table, lcp, idle } } as unknown as VisitedDaemon["proxy"],
      monitor: { peers, rates, acs },
      idleTimeout: () => this.idleTimeout,
    };
  }

  /** Opens a session of a peer, whose AC is heard now. */
  open(name = "north"): Session {
    const opened = this.#opened++;
    let peer = this.#peers.get(name);
    if (peer === undefined) this.#peers.set(name, peer = newPeer(name, 0));
    peer.tunnel = {} as Tunnel;
    const session = this.table.add((index) => ({
      ...{ peer, index, handle: 1, openedAt: this.time },
      ...{ customer: opened, concentrator: AC, remote: AC, local: opened, wireSessionId: 1 },
      names: { ac: "bng", service: "" },
    } as unknown as Session));
    this.lcp.add(session.index);
    return session;
  }

  /** Ends a session. */
  end(session: Session): void {
    this.table.remove(session);
    this.lcp.remove(session.index);
    this.peers.ended(session, this.table);
  }
}
