import { Changes } from "./changes.ts";
import { StoryBook } from "../stories/story_book.ts";
import { loadStories } from "./story_rows.ts";
import { Journal } from "./journal.ts";
import type { JournalOptions } from "./journal_parts.ts";
import { LiveRows } from "./live_rows.ts";
import type { JournalledSession } from "./record.ts";
import type { Quarantine } from "./quarantine.ts";
import { StateDirectory } from "./state_directory.ts";
import type { Identity } from "./store.ts";

/** The result of `openJournal`. */
export interface Opened {
  journal: Journal;
  stories: StoryBook;
  /** The sessions that were open, oldest last. They stay in the journal until `closed`. */
  restored: JournalledSession[];
  /** Number of invalid rows. */
  dropped: number;
  quarantined: Quarantine | undefined;
}

/**
 * Opens the store in a directory and locks it for this process. If the disk cannot be written now,
 * `onTrouble` is called; the journal has whatever can be read, and writes once it can. Throws
 * `StateError`.
 */
export function openJournal(
  path: string,
  identity: Identity,
  options: JournalOptions,
): Opened {
  const directory = new StateDirectory(path, identity, options.now);
  try {
    const store = directory.open();
    const { sessions, dropped } = new LiveRows(store.database).load();
    const changes = new Changes(sessions);
    let opened: Journal | undefined;
    const stories = new StoryBook(options.monotonic, () => opened?.storiesChanged());
    stories.load(loadStories(store.database));
    stories.forget(options.now());
    const reopen = () => directory.reopen();
    const journal = opened = new Journal({
      ...{ store, changes, stories, reopen, options },
      release: () => directory.release(),
    });
    if (stories.waiting > 0) journal.storiesChanged();
    if (dropped > 0) journal.rewrite();
    const restored = [...sessions.values()];
    return { journal, stories, restored, dropped, quarantined: store.quarantined };
  } catch (error) {
    directory.release();
    throw error;
  }
}
