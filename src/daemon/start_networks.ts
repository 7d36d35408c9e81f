import { logger } from "../log.ts";
import type { NetworkFile } from "../state/network_file.ts";
import type { Reputation } from "../tunnel/admission/reputation.ts";
import type { Server } from "./accept_loop.ts";
import { NetworkKeeper, restoreNetworks } from "./network_keeper.ts";
import type { ServerAccess } from "./server_access.ts";

const log = logger("state");

/** Gives a server's reputation the networks that are stored. */
export function loadNetworks(
  file: NetworkFile | undefined,
  reputation: Reputation,
  access: Pick<ServerAccess, "knows">,
): void {
  if (file === undefined) return;
  const { networks, quarantined } = file.load();
  if (quarantined !== undefined) log.warning("networks quarantined", { ...quarantined });
  const knows = (client: string) => access.knows(client);
  restoreNetworks(reputation, networks, { knows, wallClock: Date.now });
}

/** Starts to store the networks of a server's clients, if it has a place for them. */
export function startNetworks(
  file: NetworkFile | undefined,
  reputation: Reputation,
  server: Pick<Server, "noteConnected">,
): NetworkKeeper | undefined {
  return file && new NetworkKeeper({
    ...{ file, reputation },
    now: () => performance.now(),
    wallClock: Date.now,
    later(milliseconds, run): () => void {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    noteConnected: () => server.noteConnected(),
  });
}
