import { openLink } from "../../ffi/link/open_link.ts";
import type { Link } from "../../ffi/link/link.ts";
import { LoopPoll } from "../../ffi/poll/loop_poll.ts";
import type { ServerConfig } from "../config/types.ts";
import type { Daemon } from "../daemon/daemon.ts";
import { limitsOf, proxyOptions, serverProxy } from "../daemon/build.ts";
import { ClientTunnels } from "../daemon/client_tunnels.ts";
import { loggedResumptions } from "../daemon/event_log.ts";
import { loggedServerEvents } from "../daemon/server_tunnel_log.ts";
import { reclaimMemory } from "../daemon/memory_reclaim.ts";
import { Monitor } from "../daemon/monitor.ts";
import { LentCaptures } from "../daemon/shard_captures.ts";
import { runDaemon } from "../daemon/run.ts";
import { ShardCounts } from "../daemon/shard_counts.ts";
import type { ShardSettings } from "../daemon/shards.ts";
import type { FromShard, ShardStart } from "./messages.ts";
import { ShardLogins } from "./shard_logins.ts";
import { RemoteStories } from "./remote_stories.ts";
import { openShardState } from "./shard_state.ts";

const now = (): number => performance.now();
const later = (milliseconds: number, run: () => void): void => void setTimeout(run, milliseconds);

/** A shard on its own thread: a server without listeners, whose clients the first thread sends. */
export class RunningShard {
  readonly daemon: Daemon;
  readonly logins: ShardLogins;
  /** The captures that the first thread has begun here. */
  readonly captures = new LentCaptures(() => this.daemon.captures());
  #settings: ShardSettings;
  #tunnels: ClientTunnels;
  #memory = { stop(): void {} };

  private constructor(start: ShardStart, link: Link, post: (message: FromShard) => void) {
    this.#settings = { files: start.files, config: withoutCapture(start.config) };
    const { config, files } = this.#settings;
    const monitor = new Monitor("server", Date.now);
    const stories = new RemoteStories(post, later);
    monitor.events.subscribe(({ kind, facts }) => {
      stories.flush(); // what led to the event comes first
      post({ kind: "event", event: kind, facts });
    });
    const state = openShardState(post, stories, start, now);
    const counts = new ShardCounts(start.counts, start.index);
    const options = {
      ...proxyOptions(config, link, state, monitor, counts),
      proofSecret: files.key,
    };
    const proxy = serverProxy(config, options, {
      state() {}, // the first thread reports the interface
      resumed: loggedResumptions("server", now, monitor),
    });
    state.restore(proxy, link.mac, start.earlier);
    counts.setSessions(proxy.sessions.table.size);
    const loop = new LoopPoll();
    const events = loggedServerEvents(now, later, monitor);
    const secrets = (client: string) => this.#settings.files.secrets.get(client) ?? [];
    this.#tunnels = new ClientTunnels({
      proxy,
      knows: (client) => this.#settings.files.secrets.has(client),
      keepalive: config.tunnel.keepalive,
      buffer: (size) => link.region(size),
      pollLoop: () => loop.poll(),
      suitsPath: () => this.#settings.config.tunnel.congestionControl === "auto",
      now,
      events,
    });
    this.logins = new ShardLogins({ post, secrets, tunnels: this.#tunnels, events });
    this.daemon = runDaemon({
      ...{ link, loop, proxy, monitor, state, counts, shard: start.index },
      tunnels: { run: () => Promise.resolve(), stop: () => this.#tunnels.stop() },
      reloader: this.#reloader(),
      certificates: () => [],
    });
  }

  /** Opens a shard's sockets and runs it. Throws the cause if that fails. */
  // deno-lint-ignore require-await -- turns exceptions into rejections
  static async start(
    start: ShardStart,
    post: (message: FromShard) => void,
  ): Promise<RunningShard> {
    const { config, index, count } = start;
    const link = openLink({
      interface: config.interface.name,
      promiscuous: false,
      etherTypes: config.interface.etherTypes,
      ringFrames: config.interface.ringFrames,
      shard: { index, count },
    });
    const shard = new RunningShard(start, link, post);
    shard.#memory = reclaimMemory(link.statistics);
    // An error ends the thread, and with it the daemon.
    shard.daemon.ended.catch((error) => reportError(error));
    return shard;
  }

  /** Applies other settings. */
  reconfigure({ config, files }: ShardSettings, removed: readonly string[]): void {
    const { proxy } = this.daemon;
    this.#settings = { config: withoutCapture(config), files };
    proxy.reconfigure(limitsOf(config));
    this.#tunnels.reconfigure(config.tunnel.keepalive);
    for (const client of removed) proxy.expel(client, config.tunnel.shutdownGrace);
  }

  /** Shuts down; sessions are kept for a later process, or ended. */
  async stop(keep: boolean): Promise<void> {
    this.#memory.stop();
    await this.daemon.stop(!keep);
    await this.daemon.ended;
    await this.captures.drained();
  }

  #reloader(): { readonly config: ServerConfig; reload(): Promise<never> } {
    const config = () => this.#settings.config;
    return {
      get config() {
        return config();
      },
      reload: () => Promise.reject(new Error("Only the first thread reloads the configuration")),
    };
  }
}

/** The first thread writes the configured capture, for all. */
function withoutCapture(config: ServerConfig): ServerConfig {
  const { directory: _directory, ...capture } = config.capture;
  return { ...config, capture };
}
