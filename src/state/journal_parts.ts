import type { StoryBook } from "../stories/story_book.ts";
import type { Changes } from "./changes.ts";
import type { Quarantine } from "./quarantine.ts";
import type { Store } from "./store.ts";

/** Callbacks and settings of a journal. */
export interface JournalOptions {
  /** Returns the wall clock in milliseconds. */
  now: () => number;
  /** Returns a monotonic clock in milliseconds. */
  monotonic: () => number;
  /** Number of past sessions to keep; default 10,000. */
  maxPast?: number;
  /** Called once when writing starts to fail. */
  onTrouble: (message: string) => void;
  /** Called when everything is written again; `lost` past sessions were dropped in between. */
  onRecovery: (facts: { lost: number; quarantined: Quarantine | undefined }) => void;
}

/** The parts of a journal. */
export interface JournalParts {
  store: Store;
  changes: Changes;
  stories: StoryBook;
  /** Always returns a store; it has a `trouble` while it cannot be written. */
  reopen: () => Store;
  /** Releases the directory. */
  release: () => void;
  options: JournalOptions;
}
