/** What a daemon keeps across restarts, where its configuration names a place for it. */
import { readMac } from "../pppoe/mac.ts";
import type { Config } from "../config/types.ts";
import { logger } from "../log.ts";
import type { Opened } from "../state/journal.ts";
import type { JournalledSession } from "../state/record.ts";
import type { Proxy } from "./proxy.ts";
import { SessionKeeper } from "./session_keeper.ts";

const log = logger("state");

/** The sessions of an earlier process, and who keeps those of this one. */
export interface State {
  readonly keeper: SessionKeeper;
  /** Puts back what can still be carried; the peers of the rest are told. */
  restore(proxy: Proxy, mac: Uint8Array): void;
}

/** Opens `state_dir`; undefined where none is configured. Throws `StateError`. */
export async function openState(config: Config, now: () => number): Promise<State | undefined> {
  if (config.stateDir === undefined) return undefined;
  // Who keeps nothing needs no memory for SQLite.
  const { CHECKPOINT_INTERVAL, openJournal } = await import("../state/journal.ts");
  const { mode, interface: { name, mac } } = config;
  const opened = openJournal(config.stateDir, { mode, interface: name, mac }, {
    now: Date.now,
    onTrouble: (message) => log.error("state cannot be written", { error: message }),
    onRecovery: (facts) => log.info("state is written again", facts),
  });
  tell(opened);
  const keeper = new SessionKeeper({
    journal: opened.journal,
    interval: CHECKPOINT_INTERVAL,
    now,
    wallClock: Date.now,
  });
  return {
    keeper,
    restore(proxy, macBytes): void {
      const own = readMac(macBytes, 0);
      const peers = peersOf(config);
      const fits = ({ peer, local }: JournalledSession): boolean =>
        peers.has(peer) && (mac === "transparent" || local === own);
      const counts = keeper.restore(proxy, opened.restored, fits);
      if (opened.restored.length > 0) log.info("sessions restored", counts);
    },
  };
}

function tell({ dropped, setAside }: Opened): void {
  if (setAside !== undefined) log.warning("state set aside", { ...setAside });
  if (dropped > 0) log.warning("state made no sense", { dropped });
}

/** The far proxies that sessions can be of. */
function peersOf(config: Config): ReadonlySet<string> {
  return new Set(
    config.mode === "server"
      ? config.clients.map(({ name }) => name)
      : config.tunnel.connect.map(({ host, port }) => `${host}:${port}`),
  );
}
