import type { NetworkFile, StoredNetwork } from "../state/network_file.ts";
import type { ClientNetwork, Reputation } from "../tunnel/admission/reputation.ts";

/** How often the keeper looks for news, in milliseconds: what a kill can lose. */
const LOOK = 10_000;
/** Minimum time between two writes, in milliseconds. */
const WRITE_PAUSE = 5 * 60_000;
/** Time after which the times of known networks are written again, in milliseconds. */
const REFRESH = 6 * 3_600_000;
/** Time that the daemon's end waits for the disk, in milliseconds. */
const PATIENCE = 1_000;

/** Dependencies of a keeper. */
export interface NetworkKeeperOptions {
  reputation: Reputation;
  /** Where the networks are kept. */
  file: Pick<NetworkFile, "save">;
  /** Monotonic clock, in milliseconds. */
  now: () => number;
  /** Wall clock, in milliseconds. */
  wallClock: () => number;
  /** Calls `run` after the given time; returns a function that prevents it. */
  later: (milliseconds: number, run: () => void) => () => void;
  /** Marks the networks of connected clients as seen now. */
  noteConnected: () => void;
}

/**
 * Stores the networks of clients, so that a server which restarts during a flood of strangers knows
 * its clients. It writes rarely: soon after a client has come from a network for the first time, at
 * most once in 5 minutes, a few times a day otherwise, and at the end.
 */
export class NetworkKeeper {
  #options: NetworkKeeperOptions;
  /** State of the reputation that is on disk. */
  #saved: number;
  #savedAt: number;
  #hasSaved = false;
  #writing: Promise<void> | undefined;
  #cancel: () => void = () => {};

  /** The reputation has what was stored. */
  constructor(options: NetworkKeeperOptions) {
    this.#options = options;
    this.#saved = options.reputation.changes;
    this.#savedAt = options.now();
    this.#wait();
  }

  /** Stores what is known; resolves when it is on the disk, or when the disk takes too long. */
  async stop(): Promise<void> {
    this.#cancel();
    const late = Promise.withResolvers<void>();
    this.#cancel = this.#options.later(PATIENCE, late.resolve);
    const saved = (this.#writing ?? Promise.resolve()).then(() => this.#save());
    await Promise.race([saved, late.promise]);
    this.#cancel();
  }

  #wait(): void {
    this.#cancel = this.#options.later(LOOK, () => {
      if (this.#isDue()) this.#writing = this.#save().then(() => this.#writing = undefined);
      this.#wait();
    });
  }

  #isDue(): boolean {
    const { now, reputation } = this.#options;
    if (this.#writing !== undefined) return false;
    const elapsed = now() - this.#savedAt;
    if (elapsed >= REFRESH) return true;
    const hasNews = reputation.changes !== this.#saved;
    return hasNews && (!this.#hasSaved || elapsed >= WRITE_PAUSE);
  }

  async #save(): Promise<void> {
    const { file, reputation, noteConnected, now } = this.#options;
    noteConnected();
    const { changes } = reputation;
    this.#savedAt = now();
    this.#hasSaved = true;
    this.#saved = await file.save(this.#networks()) ? changes : -1;
  }

  /** What the reputation has, the latest last. */
  #networks(): StoredNetwork[] {
    const time = Math.floor(this.#options.wallClock());
    return [...this.#options.reputation.clientNetworks()]
      .map(({ client, network, age }) => ({ client, network, at: time - Math.floor(age) }))
      .sort((one, other) => one.at - other.at);
  }
}

/**
 * Gives a reputation what was stored for clients that are still configured. A time in the future is
 * that of a clock which was set back since.
 */
export function restoreNetworks(
  reputation: Reputation,
  stored: readonly StoredNetwork[],
  { knows, wallClock }: { knows: (client: string) => boolean; wallClock: () => number },
): void {
  const time = wallClock();
  const ages = stored.filter(({ client }) => knows(client)).map(
    ({ client, network, at }): ClientNetwork => ({ client, network, age: Math.max(0, time - at) }),
  );
  for (const each of ages.sort((one, other) => other.age - one.age)) reputation.restore(each);
}
