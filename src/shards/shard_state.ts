import { restorable, type State } from "../daemon/state.ts";
import { noteUnrestored } from "../daemon/story_notes.ts";
import { SessionKeeper } from "../daemon/session_keeper.ts";
import { logger } from "../log.ts";
import { RecentSessions } from "../state/recent_sessions.ts";
import type { FromShard, ShardStart } from "./messages.ts";
import { StoryBook } from "../stories/story_book.ts";
import { RemoteJournal } from "./remote_journal.ts";
import type { RemoteStories } from "./remote_stories.ts";

const log = logger("state");

/** The record of a shard's sessions, which the first thread keeps for all. */
export function openShardState(
  post: (message: FromShard) => void,
  storyWriter: RemoteStories,
  { config, earlier, index }: ShardStart,
  now: () => number,
): State {
  const journal = new RemoteJournal(post, earlier);
  const clocks = { now, wallClock: Date.now };
  const keeper = new SessionKeeper({
    journal,
    refused: noteUnrestored("server", storyWriter, Date.now),
    ...clocks,
  });
  return {
    isKept: true, // the first thread decides what becomes of the sessions
    trouble: undefined,
    pastSessions: new RecentSessions(1),
    stories: new StoryBook(now), // the first thread has them
    storyWriter,
    observe: (session, end) => keeper.observe(session, end),
    earlier,
    restore(proxy, own, sessions): void {
      const counts = keeper.restore(proxy, sessions, restorable(config, own));
      if (sessions.length > 0) log.info("sessions restored", { ...counts, shard: index });
    },
    journal,
    close(): Promise<void> {
      storyWriter.flush();
      return keeper.close();
    },
  };
}
