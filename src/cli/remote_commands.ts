/** The commands that ask a running daemon. */
import type { OptionSpec } from "./arguments.ts";
import type { Command } from "./command.ts";

/** Options of every command that speaks with a daemon. */
export const DAEMON_OPTIONS: readonly OptionSpec[] = [
  { name: "socket", alias: "s", value: "PATH", summary: "the daemon's admin socket" },
  {
    name: "config",
    alias: "c",
    value: "FILE",
    summary: "or its configuration, which names the socket",
  },
];

const JSON_OPTION: OptionSpec = { name: "json", summary: "as JSON, as the admin API has it" };

const CLIENT: OptionSpec = { name: "client", value: "NAME", summary: "only of this client" };
const MAC: OptionSpec = {
  name: "mac",
  value: "MAC",
  summary: "only with this address, such as 02:00:00:00:00:01",
};
const SESSION_ID: OptionSpec = {
  name: "session-id",
  value: "NUMBER",
  summary: "only with this PPPoE session id",
};

const status: Command = {
  name: "status",
  summary: "Show a running daemon: its interface, tunnels and counters",
  positionals: [],
  options: [
    ...DAEMON_OPTIONS,
    { name: "watch", alias: "w", summary: "again and again, until it is interrupted" },
    { name: "interval", value: "DURATION", summary: "with --watch: how often, default 2s" },
    JSON_OPTION,
  ],
  details:
    `With --watch and --json: one line of JSON each time. A daemon that goes away meanwhile is waited
for.`,
  load: async () => (await import("./status.ts")).statusCommand,
};

const sessions: Command = {
  name: "sessions",
  summary: "List sessions, or show one",
  positionals: ["ID"],
  options: [
    ...DAEMON_OPTIONS,
    CLIENT,
    MAC,
    SESSION_ID,
    { name: "state", value: "open|held", summary: "only in this state" },
    { name: "past", summary: "those that have ended, in place of those that are open" },
    { name: "sort", value: "opened_at|bytes|client", summary: "order by this" },
    { name: "order", value: "asc|desc", summary: "smallest or largest first" },
    { name: "limit", value: "NUMBER", summary: "at most so many, default all" },
    { name: "offset", value: "NUMBER", summary: "leave out so many at the start" },
    JSON_OPTION,
  ],
  details: "Up is from the customer to the access concentrator (AC).",
  load: async () => (await import("./sessions.ts")).sessionsCommand,
};

const clients: Command = {
  name: "clients",
  summary: "List a server's clients, or a client's servers",
  positionals: [],
  options: [...DAEMON_OPTIONS, JSON_OPTION],
  details: "",
  load: async () => (await import("./clients.ts")).clientsCommand,
};

const kick: Command = {
  name: "kick",
  summary: "End a session with a PADT to both sides",
  positionals: ["ID"],
  options: DAEMON_OPTIONS,
  details: "ID is what `pppoe-proxy sessions` shows.",
  load: async () => (await import("./change_sessions.ts")).kickCommand,
};

const padt: Command = {
  name: "padt",
  summary: "Free a stuck session: send a PADT for it, whoever opened it",
  positionals: [],
  options: [
    ...DAEMON_OPTIONS,
    { ...MAC, required: true, summary: "the address of the session's peer on the wire" },
    { ...SESSION_ID, required: true, summary: "the PPPoE session id there" },
    { ...CLIENT, summary: "where several clients have such a session: whose" },
    {
      ...MAC,
      name: "from",
      summary: "what the peer knows us by; the interface's address if left out",
    },
  ],
  details:
    "If the session is one of the daemon's, it ends on both sides. Otherwise the peer gets a\n" +
    'PADT, which it heeds only if it comes from the address that it knows: with mac = "transparent"\n' +
    "that is --from, the customer's address for an AC, and the other way round.",
  load: async () => (await import("./change_sessions.ts")).padtCommand,
};

const drain: Command = {
  name: "drain",
  summary: "Take no new sessions; open ones go on",
  positionals: [],
  options: [...DAEMON_OPTIONS, { name: "off", summary: "take new sessions again" }],
  details: "",
  load: async () => (await import("./change_sessions.ts")).drainCommand,
};

const reload: Command = {
  name: "reload",
  summary: "Have the daemon read its configuration, certificates and secrets anew",
  positionals: [],
  options: [...DAEMON_OPTIONS, JSON_OPTION],
  details: `Lists what was applied and what needs a restart. Sessions go on.
Where anything is wrong the daemon stays with what it has, and the exit code is 1.`,
  load: async () => (await import("./change_settings.ts")).reloadCommand,
};

const logLevel: Command = {
  name: "log-level",
  summary: "Show or change how much a daemon logs, until its next start",
  positionals: ["debug|info|warning|error"],
  options: [
    ...DAEMON_OPTIONS,
    { name: "topic", value: "TOPIC", summary: "only of this topic, such as discovery" },
  ],
  details: "",
  load: async () => (await import("./change_settings.ts")).logLevelCommand,
};

const capture: Command = {
  name: "capture",
  summary: "Record frames as they pass, as pcapng for Wireshark and tshark",
  positionals: [],
  options: [
    { name: "write", alias: "w", value: "FILE", required: true, summary: "where to; - for stdout" },
    ...DAEMON_OPTIONS,
    CLIENT,
    { ...MAC, summary: "only of the customer or AC with this address" },
    SESSION_ID,
    { name: "side", value: "customer|ac", summary: "only as on this side, default both" },
    { name: "secrets", summary: "show passwords; without it PAP, CHAP and EAP are masked" },
    { name: "count", value: "NUMBER", summary: "end after so many frames" },
    { name: "seconds", value: "NUMBER", summary: "end after so many seconds" },
    { name: "file-size", value: "SIZE", summary: "begin a new file at this size, such as 10MiB" },
    {
      name: "files",
      value: "NUMBER",
      summary: "with --file-size: keep the last so many, default 10",
    },
  ],
  details:
    `Frames of one client on one side are one interface of the file: branch-1/ac, branch-1/customer.
On a server the AC's side is its wire, and the customers' side is what its tunnels carry; on a client
it is the other way round. With --file-size, trace.pcapng becomes trace_00001_20261125090036.pcapng.
Files are readable by you alone, and none is overwritten. What cannot be written in time is dropped
and counted; the daemon never waits. To watch: pppoe-proxy capture --write - | tshark -r -`,
  load: async () => (await import("./capture.ts")).captureCommand,
};

/** Commands that ask a running daemon, in the order of the help. */
export const REMOTE_COMMANDS: readonly Command[] = [
  status,
  sessions,
  clients,
  kick,
  padt,
  drain,
  reload,
  logLevel,
  capture,
];
