/** The first thread's end of a server's further threads. */
import { type Shard, shardOf } from "../../ffi/link/shard_address.ts";
import type { LogLevel, Topic } from "../config/log_levels.ts";
import { ShardCounts } from "../daemon/shard_counts.ts";
import type { CaptureReader } from "../daemon/captures.ts";
import { RemoteCapture, type RemoteRequest } from "../daemon/shard_captures.ts";
import type { Elsewhere } from "../daemon/reception.ts";
import type { ShardHost, Shards, ShardSettings } from "../daemon/shards.ts";
import { writeMac } from "../pppoe/mac.ts";
import type { JournalledSession } from "../state/record.ts";
import type { Ticket } from "../tunnel/admission/ticket.ts";
import type { Incoming } from "../tunnel/transport/listener.ts";
import { Homes } from "./homes.ts";
import { ShardThread } from "./shard_thread.ts";

/** Shard 0 is the first thread's. */
const FIRST = 0;

/** Starts further threads, and gives each client and its sessions to one shard. */
export class ShardPool implements Shards {
  readonly counts: ShardCounts;
  readonly ended: Promise<void>;
  #threads: ShardThread[];
  #homes: Homes;
  #memory: SharedArrayBuffer;
  #count: number;

  /** `count` is the number of shards, with the first thread's. */
  constructor(count: number) {
    this.#count = count;
    this.#homes = new Homes(count);
    this.#memory = ShardCounts.allocate(count);
    this.counts = new ShardCounts(this.#memory, FIRST);
    this.#threads = Array.from({ length: count - 1 }, (_, i) => new ShardThread(i + 1));
    this.ended = Promise.all(this.#threads.map(({ ended }) => ended)).then(() => {});
    this.ended.catch(() => {}); // the daemon waits for it, once it runs
  }

  /** The part of the interface's frames that is for the first thread. */
  get first(): Shard {
    return { index: FIRST, count: this.#count };
  }

  async start(
    settings: ShardSettings,
    host: ShardHost,
    earlier: readonly JournalledSession[],
  ): Promise<JournalledSession[]> {
    const byShard = this.#share(host.mac, earlier);
    await Promise.all(this.#threads.map((thread) =>
      thread.start(
        {
          ...settings,
          index: thread.index,
          count: this.#count,
          counts: this.#memory,
          earlier: byShard[thread.index],
        },
        { ...host, login: (...of) => this.#homes.login(...of) },
      )
    ));
    return byShard[FIRST];
  }

  handOver(
    incoming: Incoming,
    ticket: Ticket | undefined,
    fingerprint: Uint8Array,
  ): Elsewhere | undefined {
    const shard = this.#homes.route(ticket?.client, incoming.remote.host);
    const released = shard === FIRST ? undefined : incoming.release?.();
    return released && this.#thread(shard).take({ ...released, fingerprint });
  }

  serves(client: string, host: string): boolean {
    return this.#homes.login(client, FIRST, host);
  }

  reconfigure(settings: ShardSettings, removed: readonly string[]): void {
    for (const client of removed) this.#homes.forget(client);
    for (const thread of this.#threads) {
      thread.post({ kind: "reconfigure", removed, ...settings });
    }
  }

  drain(on: boolean): void {
    for (const thread of this.#threads) thread.post({ kind: "drain", on });
  }

  setLogLevel(level: LogLevel, topic?: Topic): void {
    for (const thread of this.#threads) thread.post({ kind: "log-level", level, topic });
  }

  ask(question: string, argument: unknown): Promise<unknown[]> {
    return Promise.all(this.#threads.map((thread) => thread.ask(question, argument)));
  }

  captures(wanted: RemoteRequest): CaptureReader[] {
    return this.#threads.map((thread) =>
      new RemoteCapture((question, argument) => thread.ask(question, argument), wanted)
    );
  }

  async stop(keep: boolean, grace: number): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop(keep, grace)));
  }

  #thread(shard: number): ShardThread {
    return this.#threads[shard - 1];
  }

  /** Divides sessions by our address in them; one of no shard is the first thread's to end. */
  #share(mac: Uint8Array, earlier: readonly JournalledSession[]): JournalledSession[][] {
    const byShard: JournalledSession[][] = Array.from({ length: this.#count }, () => []);
    const local = new Uint8Array(6);
    for (const session of earlier) {
      writeMac(local, 0, session.local);
      const shard = shardOf(mac, this.#count, local);
      const isHome = shard >= 0 && this.#homes.settle(session.peer, shard);
      byShard[isHome ? shard : FIRST].push(session);
    }
    return byShard;
  }
}
