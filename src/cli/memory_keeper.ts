/** Gives memory back that only served to start, or that a burst of dialling left behind. */
import type { LinkStatistics } from "../../ffi/link.ts";
import { dropStartupPages, trimHeap } from "../../ffi/spare_memory.ts";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How often it is looked whether there is something to give back. Milliseconds. */
const LOOK_EVERY = 5_000;
/** Looks after which the executable's pages go: as compilation ends, and then now and again. */
const FIRST_DROPS: ReadonlySet<number> = new Set([2, 4]);
const DROP_EVERY = 12;
/** Frames in a look's time that a pause of some 10 ms does not harm. */
const QUIET = 500;
/** Growth of the old generation that is worth such a pause. Bytes. */
const WORTHWHILE = 2 * 1024 * 1024;

/** What a keeper looks at and does. */
export interface MemoryKeeperOptions {
  /** Frames received and sent so far. */
  frames: () => number;
  /** Bytes that V8 holds for what is not young. */
  oldGeneration: () => number;
  /** Collects all garbage and gives free memory back to the system; some 10 ms. */
  collect: () => void;
  /** Lets go of pages that can be read again from the executable; what is needed comes back. */
  dropPages: () => void;
}

/**
 * V8 collects and shrinks when it needs room, so a daemon that is idle after a burst would keep for
 * good what the burst took. A collection stops everything for some milliseconds: it happens in quiet
 * moments only.
 */
export class MemoryKeeper {
  #options: MemoryKeeperOptions;
  #looks = 0;
  #frames = 0;
  #kept = 0;

  constructor(options: MemoryKeeperOptions) {
    this.#options = options;
    options.dropPages();
  }

  /** To be called every five seconds. */
  look(): void {
    const { dropPages } = this.#options;
    this.#looks++;
    const isTime = FIRST_DROPS.has(this.#looks) || this.#looks % DROP_EVERY === 0;
    const collected = this.#collectIfQuiet();
    if (isTime || collected) dropPages(); // collecting reads much of the executable, too
  }

  #collectIfQuiet(): boolean {
    const { frames, oldGeneration, collect } = this.#options;
    const seen = frames();
    const quiet = seen - this.#frames < QUIET;
    this.#frames = seen;
    if (!quiet || oldGeneration() - this.#kept < WORTHWHILE) return false;
    collect();
    this.#kept = oldGeneration();
    return true;
  }
}

/** Bytes of V8's heap less its young generation, which a collection does not make smaller for long. */
export function oldGeneration(): number {
  return getHeapSpaceStatistics().reduce(
    (sum, { space_name: name, space_size: size }) => name.startsWith("new_") ? sum : sum + size,
    0,
  );
}

/** V8's own collector, by its strongest means: also free pages go back to the system. */
export function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const gc: (options: Record<string, string>) => void = runInNewContext("gc");
  return () => gc({ type: "major", execution: "sync", flavor: "last-resort" });
}

/** Looks after this process's memory until it is stopped. */
export function keepMemory(statistics: LinkStatistics): { stop: () => void } {
  const collectGarbage = collector();
  const memory = new MemoryKeeper({
    frames: () => statistics.receivedFrames + statistics.sentFrames,
    oldGeneration,
    collect(): void {
      collectGarbage();
      trimHeap();
    },
    dropPages: dropStartupPages,
  });
  const looking = setInterval(() => memory.look(), LOOK_EVERY);
  return { stop: () => clearInterval(looking) };
}
