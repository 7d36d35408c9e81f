/** A daemon on an in-memory path, with its admin API on a Unix socket. */
import type { MemoryLink } from "../../ffi/link/loopback.ts";
import { Admin } from "../../src/admin/http/admin.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/types.ts";
import { setLogLevel } from "../../src/log.ts";
import { loggedAcs } from "../../src/daemon/ac_log.ts";
import type { UsedCertificate } from "../../src/daemon/certificate_watch.ts";
import type { Daemon } from "../../src/daemon/daemon.ts";
import { Captures } from "../../src/daemon/captures.ts";
import { DaemonCounters } from "../../src/daemon/history_source.ts";
import { Monitor } from "../../src/daemon/monitor.ts";
import { countersOf, recordOf } from "../../src/daemon/session_record.ts";
import { History } from "../../src/history/history.ts";
import { pastSession } from "../../src/state/past.ts";
import { StoryBook } from "../../src/stories/story_book.ts";
import { discoveryStory, noteEvents } from "../../src/daemon/story_notes.ts";
import { RecentSessions } from "../../src/state/recent_sessions.ts";
import type { ProxyLimits } from "../../src/proxy/session/proxy_options.ts";
import { withFolder } from "../cli/process.ts";
import { within } from "../proxy/dial.ts";
import type { Path } from "../proxy/path.ts";

/** The environment of a test. */
export interface World {
  path: Path;
  daemon: Daemon;
  socket: string;
  /** Sends a request over the socket; `json` is sent as the body. */
  ask(path: string, init?: RequestInit & { json?: unknown }): Promise<Response>;
}

/** The daemon's side of the path, further TOML for `[admin]`, and the clients of a server. */
export interface WorldOptions {
  mode?: "server" | "client";
  admin?: string;
  /** Names of clients, each with its own wire. Default: branch-1. */
  clients?: string[];
  /** Limits of the path that differ from those of its defaults, such as for many sessions. */
  limits?: Partial<ProxyLimits>;
  /** The certificate in use, as it differs from one that is valid for a year; may change. */
  certificate?: Partial<UsedCertificate>;
  /** The trouble that `state_dir` has; may change. */
  trouble?: string;
}

const CONFIG = {
  server: `mode = "server"\n[interface]\nname = "wan0"\n[tunnel]\nlisten = "127.0.0.1:8443"
certificate = "server.crt"\nkey = "server.key"\n[[clients]]\nname = "branch-1"
secret_file = "branch-1.secret"\n`,
  client: `mode = "client"\n[interface]\nname = "lan0"\n[tunnel]\nconnect = "192.0.2.2:8443"
server_certificate = "server.crt"\nname = "branch-1"\nsecret_file = "branch-1.secret"\n`,
};

/** Returns the configuration of a daemon in this folder. */
export function configOf(
  folder: string,
  { mode = "server", admin = "", clients = [] }: WorldOptions,
): Config {
  const more = clients.filter((name) => name !== "branch-1").map((name) =>
    `[[clients]]\nname = ${JSON.stringify(name)}\nsecret_file = "c.secret"\n`
  );
  const text = `${CONFIG[mode]}${more.join("")}[admin]\nsocket = "daemon.sock"\n${admin}`;
  return parseConfig(text, `${folder}/daemon.toml`);
}

/** Runs `body` with a daemon whose path is up. */
export async function withDaemon(
  options: WorldOptions,
  body: (world: World) => Promise<void>,
): Promise<void> {
  const monitor = new Monitor(options.mode ?? "server", Date.now);
  const past = new RecentSessions(100);
  const stories = new StoryBook(() => 0);
  const mode = options.mode ?? "server";
  noteEvents(mode, monitor.events, stories, { at: Date.now(), version: "0.0.0" });
  const clocks = { now: () => 0, wallClock: Date.now };
  const acs = loggedAcs(mode, () => performance.now(), monitor);
  let link: MemoryLink | undefined;
  await withFolder((folder) =>
    within({
      ...(options.clients && { clients: options.clients }),
      ...(options.limits && { limits: options.limits, sessionsPerClient: options.limits.sessions }),
      refused: (where, refusal) => where === mode && acs.refused(refusal),
      silent: (where, report) => where === mode && acs.silent(report),
      stories: { [mode]: discoveryStory(mode, stories, Date.now) },
      observe(where, session, end, table, detail): void {
        if (where !== link) return;
        monitor.session(session, end, table, session.openedAt, detail);
        if (end === undefined) return;
        const record = recordOf(session, clocks);
        past.add(pastSession(record, end, Date.now(), countersOf(table, session)));
      },
    }, async (path) => {
      const side = options.mode === "client" ? path.clients[0] : path.server;
      link = side.link;
      const config = configOf(folder, options);
      const daemon = daemonOf({ config, path, monitor, pastSessions: past, stories }, options);
      const admin = await Admin.open(config);
      admin.serve(daemon);
      const socket = `${folder}/daemon.sock`;
      using client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
      try {
        await body({
          path,
          daemon,
          socket,
          ask: (at, { json, ...init } = {}) =>
            fetch(`http://localhost${at}`, {
              client,
              ...init,
              ...(json !== undefined && {
                body: JSON.stringify(json),
                headers: { "content-type": "application/json" },
              }),
            }),
        });
      } finally {
        admin.close();
      }
    })
  );
}

const STARTED = Date.now();
const YEAR = 365 * 86_400_000;

/** Returns the certificate in use: valid for another year, unless options say otherwise. */
function certificateOf({ certificate }: WorldOptions): UsedCertificate {
  return {
    use: "own",
    path: "/server.crt",
    pem: "",
    fingerprint: new Uint8Array(32).fill(0xab),
    names: "DNS:proxy.example",
    validFrom: STARTED - YEAR,
    validTo: STARTED + YEAR,
    ...certificate,
  };
}

/** What a daemon reports of. */
interface Parts {
  readonly config: Config;
  readonly path: Path;
  readonly monitor: Monitor;
  readonly pastSessions: RecentSessions;
  readonly stories: StoryBook;
}

function daemonOf(
  { config, path, monitor, pastSessions, stories }: Parts,
  options: WorldOptions,
): Daemon {
  const { link, proxy } = config.mode === "client" ? path.clients[0] : path.server;
  const history = new History(
    new DaemonCounters({
      mode: config.mode,
      now: () => 0,
      table: proxy.sessions.table,
      peers: proxy.peers,
      stats: monitor.peers.byName,
      drops: () => 0,
    }),
  );
  return {
    config: () => config,
    link,
    proxy,
    monitor,
    pastSessions,
    history,
    historyMinute: (step) => history.minute(step),
    stories,
    certificates: () => [certificateOf(options)],
    stateTrouble: () => options.trouble,
    shard: 0,
    startedAt: Date.now(),
    now: () => 0,
    captures: () =>
      Promise.resolve(
        new Captures({
          sessions: proxy.sessions,
          side: config.mode,
          etherType: config.interface.etherTypes[1],
          peer: () => "server",
          application: "test",
          place: link.name,
        }),
      ),
    stop: () => Promise.resolve(),
    retry() {},
    reload: () =>
      Promise.resolve({
        result: "applied",
        applied: [{ key: "log.level", change: "changed" }],
        needsRestart: [],
        findings: [],
      }),
    drain: (on) => void (proxy.sessions.draining = on),
    get draining() {
      return proxy.sessions.draining;
    },
    setLogLevel,
    ended: new Promise(() => {}),
  };
}
