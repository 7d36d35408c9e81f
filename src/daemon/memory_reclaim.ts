/** Returns memory to the system that only the start or a burst of new sessions needed. */
import type { LinkStatistics } from "../../ffi/link/link.ts";
import { dropStartupPages, trimHeap } from "../../ffi/process/spare_memory.ts";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Interval between checks, in milliseconds. */
const LOOK_EVERY = 5_000;
/** Frames per check below which a pause of 20 to 50 ms now and then does no harm. */
const QUIET = 500;
/** Checks from one drop of pages to the next: the daemon's own timers need some again. */
const DROP_EVERY = 6;
/** Growth of the heap that justifies such a pause, in bytes. */
const WORTHWHILE = 2 * 1024 * 1024;

/** Inputs and actions of {@linkcode MemoryReclaim}. */
export interface MemoryReclaimOptions {
  /** Frames received and sent so far. */
  frames: () => number;
  /** Bytes in V8's heap outside the young generation. */
  oldGeneration: () => number;
  /** Bytes of the young generation that have been used since the last collection. */
  youngGeneration: () => number;
  /** Collects all garbage and returns free memory to the system; takes 20 to 50 ms. */
  collect: () => void;
  /** Drops clean pages of the executable from memory; the kernel reads them again on access. */
  dropPages: () => void;
}

/**
 * Collects garbage after bursts. V8 shrinks its heap only when it allocates, so an idle daemon
 * would keep the memory of a burst forever. A full collection pauses the process, so it runs only
 * while there is little traffic. So does the dropping of pages: a daemon that forwards would need
 * them again at once.
 *
 * Traffic fills the young generation, and so do timers and keepalives within minutes, and V8 keeps
 * all of it ever after. It is looked at only when pages are dropped, at most every half minute:
 * checks may be quiet and not in turn, as with a single telephone call.
 */
export class MemoryReclaim {
  #options: MemoryReclaimOptions;
  #frames = 0;
  /** Checks since pages were last dropped; the first quiet one drops them. */
  #looks = DROP_EVERY;
  /** Size of the old generation after the last collection. */
  #kept = 0;

  constructor(options: MemoryReclaimOptions) {
    this.#options = options;
    options.dropPages();
  }

  /** Runs one check; call it every 5 s. */
  look(): void {
    const { frames, oldGeneration, youngGeneration, collect, dropPages } = this.#options;
    const seen = frames();
    const quiet = seen - this.#frames < QUIET;
    this.#frames = seen;
    this.#looks++;
    if (!quiet) return;
    const isTime = this.#looks >= DROP_EVERY;
    const grown = oldGeneration() - this.#kept >= WORTHWHILE ||
      isTime && youngGeneration() >= WORTHWHILE;
    if (grown) {
      collect();
      this.#kept = oldGeneration();
    }
    if (!isTime && !grown) return;
    dropPages(); // also after a collection, which loads many of the executable's pages
    this.#looks = 0;
  }
}

/** Bytes of V8's heap without the young generation, which grows with any activity. */
export function oldGeneration(): number {
  return sizeOf((name) => !name.startsWith("new_"));
}

/** Bytes of V8's young generation that have been used: both halves, also what is free again. */
export function youngGeneration(): number {
  return sizeOf((name) => name.startsWith("new_"));
}

function sizeOf(isCounted: (space: string) => boolean): number {
  return getHeapSpaceStatistics().reduce(
    (sum, { space_name: name, space_size: size }) => isCounted(name) ? sum + size : sum,
    0,
  );
}

/** Returns a function that runs V8's most thorough collection, which also releases free pages. */
export function collector(): () => void {
  let gc: ((options: Record<string, string>) => void) | undefined;
  return () => {
    gc ??= exposedCollector();
    gc({ type: "major", execution: "sync", flavor: "last-resort" });
  };
}

function exposedCollector(): (options: Record<string, string>) => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}

/** Starts the periodic checks for this process; `stop` ends them. */
export function reclaimMemory(statistics: LinkStatistics): { stop: () => void } {
  const collectGarbage = collector();
  const memory = new MemoryReclaim({
    frames: () => statistics.receivedFrames + statistics.sentFrames,
    oldGeneration,
    youngGeneration,
    collect(): void {
      collectGarbage();
      trimHeap();
    },
    dropPages: dropStartupPages,
  });
  const looking = setInterval(() => memory.look(), LOOK_EVERY);
  return { stop: () => clearInterval(looking) };
}
