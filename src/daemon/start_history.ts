import type { Link } from "../../ffi/link/link.ts";
import { History } from "../history/history.ts";
import type { StoredMinute } from "../history/stored_minute.ts";
import type { Proxy } from "../proxy/proxy.ts";
import type { HistoryFiles } from "../state/history_files.ts";
import { dropCounts } from "./drop_counts.ts";
import { HistoryKeeper } from "./history_keeper.ts";
import { DaemonCounters } from "./history_source.ts";
import type { Monitor } from "./monitor.ts";
import type { Shards } from "./shards.ts";

/** The parts of a daemon that its history reads, and where it is kept. */
export interface HistoryParts {
  mode: "server" | "client";
  link: Link;
  proxy: Proxy;
  monitor: Monitor;
  files: HistoryFiles | undefined;
  shards: Shards | undefined;
  now: () => number;
}

/** Starts to keep the history of a daemon. */
export function startHistory(parts: HistoryParts): { history: History; keeper: HistoryKeeper } {
  const { mode, proxy, monitor, files, shards, now } = parts;
  const history = new History(
    new DaemonCounters({
      ...{ mode, now },
      table: proxy.sessions.table,
      peers: proxy.peers,
      stats: monitor.peers.byName,
      drops: () => Object.values(dropCounts(parts)).reduce((sum, count) => sum + count, 0),
    }),
  );
  const keeper = new HistoryKeeper({
    ...{ history, files, now },
    wallClock: Date.now,
    others: async (step) => (await shards?.ask("minute", step) ?? []) as StoredMinute[],
    later(milliseconds, run): () => void {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    startedAt: performance.timeOrigin,
  });
  for (const event of monitor.events.after(0)) history.events.add(event);
  monitor.events.subscribe((event) => history.events.add(event));
  return { history, keeper };
}
