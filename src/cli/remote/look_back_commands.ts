/** The commands that show what has happened. */
import { LOG_LEVELS, LOG_TOPICS } from "../../config/log_levels.ts";
import type { OptionSpec } from "../arguments.ts";
import type { Command } from "../command.ts";
import { CLIENT, DAEMON_OPTIONS, JSON_OPTION, SERVER, SINCE } from "./daemon_options.ts";

const FOLLOW: OptionSpec = {
  name: "follow",
  alias: "f",
  summary: "continue with new ones until interrupted",
};

const why: Command = {
  name: "why",
  summary: "Show what happened to one customer: its requests, refusals and sessions",
  positionals: ["MAC"],
  leastPositionals: 1,
  options: [...DAEMON_OPTIONS, JSON_OPTION],
  details: `pppoe-proxy why 02:00:00:00:00:01
Shows, with local times, every PADI, offer, refusal, session, lost tunnel and
end in order, the words of the AC, and what to do at the end. What repeats is
joined: "(12 times in 40s)". Works on the server and on the client; each shows
what it has seen. The daemon remembers 7 days, across restarts if \`state_dir\` is
set.`,
  load: async () => (await import("./why.ts")).whyCommand,
};

const events: Command = {
  name: "events",
  summary: "Show what has happened: sessions, tunnels, refusals, reloads",
  positionals: [],
  options: [
    ...DAEMON_OPTIONS,
    FOLLOW,
    { name: "kind", value: "EVENT", summary: "only this kind, such as session-closed" },
    CLIENT,
    SERVER,
    SINCE,
    { ...JSON_OPTION, summary: "print one line of JSON per event" },
  ],
  details: `Times are local. The daemon keeps the last 512 events, and of these at most 128
that a stranger or a host without a session can cause. --follow waits for a
daemon that restarts. \`pppoe-proxy explain EVENT\` says what a kind means.`,
  load: async () => (await import("./events.ts")).eventsCommand,
};

const logs: Command = {
  name: "logs",
  summary: "Show the daemon's last log lines, wherever its stderr goes",
  positionals: [],
  options: [
    ...DAEMON_OPTIONS,
    FOLLOW,
    { name: "level", value: LOG_LEVELS.join("|"), summary: "only this level and worse ones" },
    { name: "topic", value: LOG_TOPICS.join("|"), summary: "only this topic" },
    { name: "lines", alias: "n", value: "NUMBER", summary: "number of lines, default 100" },
    { ...JSON_OPTION, summary: "print one line of JSON per line of the log" },
  ],
  details: `Times are local. The daemon keeps its last 1,000 lines, and besides its last
1,000 warnings and errors, but at most 256 KiB of each; they end with the
process. Lines below the daemon's own level do not exist: see \`log-level\`. Debug
lines need the full admin socket.`,
  load: async () => (await import("./logs.ts")).logsCommand,
};

const history: Command = {
  name: "history",
  summary: "Show what was carried in the last 24 hours, in all, by a client or by a session",
  positionals: ["SESSION"],
  options: [
    ...DAEMON_OPTIONS,
    CLIENT,
    SERVER,
    {
      ...SINCE,
      summary: 'from then on, default an hour: "6h" ago, "03:12" or "2026-11-26 03:12"',
    },
    { name: "until", value: "TIME", summary: "until then, default now" },
    { name: "points", value: "NUMBER", summary: "maximum number of lines, default 20" },
    { name: "csv", summary: "print comma-separated values, default 400 lines" },
    JSON_OPTION,
  ],
  details: `Rates are means over the time between two lines; the bars show both directions
together. "-" means that the daemon did not run, or keeps nothing: sessions are
kept for an hour, and only with \`state_dir\` does a history survive a restart.
Times are local, in JSON and CSV they are UTC.`,
  load: async () => (await import("./history.ts")).historyCommand,
};

/** Commands that show what has happened, in the order in which help lists them. */
export const LOOK_BACK_COMMANDS: readonly Command[] = [why, events, logs, history];
