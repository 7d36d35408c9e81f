/** A daemon's record of sessions; kept across restarts if `state_dir` is configured. */
import { readMac } from "../pppoe/mac.ts";
import { configuredPeers } from "../config/configured_peers.ts";
import { withConfigKey } from "../config/with_config_key.ts";
import type { Config } from "../config/types.ts";
import { logger } from "../log.ts";
import type { Opened } from "../state/open_journal.ts";
import { pastSession, type PastSessions } from "../state/past.ts";
import type { HistoryFiles } from "../state/history_files.ts";
import type { NetworkFile } from "../state/network_file.ts";
import type { UncleanEnd } from "../state/run_mark.ts";
import { RecentSessions } from "../state/recent_sessions.ts";
import type { Counters, JournalledSession } from "../state/record.ts";
import { StoryBook, type StoryWriter } from "../stories/story_book.ts";
import type { Proxy } from "../proxy/proxy.ts";
import type { Session, SessionEnd } from "../proxy/session/session.ts";
import { type SessionJournal, SessionKeeper } from "./session_keeper.ts";
import { noteUnrestored } from "./story_notes.ts";
import { type Clocks, countersOf, recordOf } from "./session_record.ts";
import type { SessionTable } from "../proxy/session/session_table.ts";

const log = logger("state");

/** Of a session whose thread has not said how much it carried. */
const UNCOUNTED: Counters = {
  framesFromWire: 0,
  bytesFromWire: 0,
  framesToWire: 0,
  bytesToWire: 0,
};

/** Maximum number of past sessions remembered without a store. */
const MAX_RECENT = 1_000;

/** The record of sessions. */
export interface State {
  /** Whether a later process can find this one's sessions. */
  readonly isKept: boolean;
  /** Why sessions are not being saved although they should be; undefined if they are. */
  readonly trouble: string | undefined;
  readonly pastSessions: PastSessions;
  /** The customers' stories, and where news of them go. */
  readonly stories: StoryBook;
  readonly storyWriter: StoryWriter;
  /** Records that a session has opened (no end) or ended. */
  observe(session: Session, end: SessionEnd | undefined): void;
  /** The sessions of an earlier process, oldest last. */
  readonly earlier: readonly JournalledSession[];
  /** Restores those of `earlier` that can still be forwarded; the others get a PADT. */
  restore(proxy: Proxy, mac: Uint8Array, earlier: readonly JournalledSession[]): void;
  /** Records the sessions of other threads, in the same place. */
  readonly journal: SessionJournal;
  /** How the process before ended, if it did not stop. */
  readonly uncleanEnd?: UncleanEnd | undefined;
  /** Where the history of traffic is kept; undefined if only in memory. */
  readonly historyFiles?: HistoryFiles;
  /** Where the networks of clients are kept; undefined if only in memory. */
  readonly networkFile?: NetworkFile;
  /** Records that this process stops: whoever ends it from now on, it did not crash. */
  stopping?(): void;
  close(): Promise<void>;
}

/**
 * Opens `state_dir`, or keeps a limited record in memory if none is configured. Throws
 * `StateError`.
 */
export async function openState(config: Config, now: () => number): Promise<State> {
  const clocks = { now, wallClock: Date.now };
  return config.stateDir === undefined
    ? memoryState(clocks)
    : await inDirectory(config.stateDir, config, clocks);
}

/** A limited record in memory. */
export function memoryState(clocks: Clocks): State {
  const past = new RecentSessions(MAX_RECENT);
  const stories = new StoryBook(clocks.now);
  let table: SessionTable | undefined;
  return {
    isKept: false,
    trouble: undefined,
    pastSessions: past,
    stories,
    storyWriter: stories,
    observe(session, end): void {
      if (end === undefined || table === undefined) return;
      const record = recordOf(session, clocks);
      past.add(pastSession(record, end, clocks.wallClock(), countersOf(table, session)));
    },
    earlier: [],
    restore: (proxy) => void (table = proxy.sessions.table),
    journal: {
      opened() {},
      closed(record, end, counters = UNCOUNTED): void {
        past.add(pastSession(record, end, clocks.wallClock(), counters));
      },
      checkpoint() {},
      checkpointSome: () => true,
      close: () => Promise.resolve(),
    },
    close: () => Promise.resolve(),
  };
}

async function inDirectory(directory: string, config: Config, clocks: Clocks): Promise<State> {
  // Loaded on demand: a daemon without `state_dir` needs no memory for SQLite.
  const { openJournal } = await import("../state/open_journal.ts");
  const { refuseLinks } = await import("../state/store.ts");
  const { HistoryFiles } = await import("../state/history_files.ts");
  const { NetworkFile } = await import("../state/network_file.ts");
  const { RunMark } = await import("../state/run_mark.ts");
  await withConfigKey(config.file, "state_dir", () => refuseLinks(directory));
  const { mode, interface: { name, mac } } = config;
  const opened = openJournal(directory, { mode, interface: name, mac }, {
    now: clocks.wallClock,
    monotonic: clocks.now,
    onTrouble: (message) => log.error("state write failed", { error: message }),
    onRecovery: ({ lost, quarantined }) =>
      log.info("state write recovered", { lost, quarantined: quarantined?.file }),
  });
  notify(opened);
  const mark = new RunMark(directory);
  const uncleanEnd = mark.begin();
  const { journal, stories } = opened;
  const keeper = new SessionKeeper({
    journal,
    refused: noteUnrestored(mode, stories, clocks.wallClock),
    ...clocks,
  });
  return {
    get isKept() {
      return journal.hasFile;
    },
    get trouble() {
      return journal.trouble;
    },
    pastSessions: journal.accounting,
    stories,
    storyWriter: stories,
    observe: (session, end) => keeper.observe(session, end),
    earlier: opened.restored,
    restore(proxy, own, earlier): void {
      const counts = keeper.restore(proxy, earlier, restorable(config, own));
      if (earlier.length > 0) log.info("sessions restored", counts);
    },
    journal,
    uncleanEnd,
    historyFiles: new HistoryFiles(directory, {
      onTrouble: (message) => log.error("history write failed", { error: message }),
      onRecovery: (lost) => log.info("history write recovered", { lost_minutes: lost }),
    }),
    networkFile: new NetworkFile(directory, {
      now: clocks.wallClock,
      onTrouble: (message) => log.error("networks write failed", { error: message }),
      onRecovery: () => log.info("networks write recovered"),
    }),
    stopping: () => mark.end(),
    async close(): Promise<void> {
      mark.end(); // while the directory is locked
      await keeper.close();
    },
  };
}

/** Returns whether a session can be restored by a daemon that is `own` on its wire. */
export function restorable(
  config: Config,
  own: Uint8Array,
): (session: JournalledSession) => boolean {
  const peers = new Set(configuredPeers(config));
  const mac = readMac(own, 0);
  return ({ peer, local }) =>
    peers.has(peer) && (config.interface.mac === "transparent" || local === mac);
}

function notify({ dropped, quarantined }: Opened): void {
  if (quarantined !== undefined) log.warning("session database quarantined", { ...quarantined });
  if (dropped > 0) log.warning("dropped invalid rows from the session database", { dropped });
}
