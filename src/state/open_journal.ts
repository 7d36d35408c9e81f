import { Changes } from "./changes.ts";
import { Journal, type JournalOptions } from "./journal.ts";
import { LiveRows } from "./live_rows.ts";
import type { JournalledSession } from "./record.ts";
import type { Quarantine } from "./quarantine.ts";
import { StateDirectory } from "./state_directory.ts";
import type { Identity } from "./store.ts";

/** The result of `openJournal`. */
export interface Opened {
  journal: Journal;
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
    const reopen = () => directory.reopen();
    const journal = new Journal({
      ...{ store, changes, reopen, options },
      release: () => directory.release(),
    });
    if (dropped > 0) journal.rewrite();
    return { journal, restored: [...sessions.values()], dropped, quarantined: store.quarantined };
  } catch (error) {
    directory.release();
    throw error;
  }
}
