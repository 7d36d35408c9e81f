/** The commands that talk to a running daemon. */
import { LOG_LEVELS, LOG_TOPICS } from "../../config/log_levels.ts";
import type { Command } from "../command.ts";
import {
  CLIENT,
  DAEMON_OPTIONS,
  JSON_OPTION,
  MAC,
  SERVER,
  SESSION_ID,
  SINCE,
  UNTIL,
} from "./daemon_options.ts";
import { LOOK_BACK_COMMANDS } from "./look_back_commands.ts";

const status: Command = {
  name: "status",
  summary: "Show what needs attention, and a running daemon's interface, tunnels and traffic",
  positionals: [],
  options: [
    ...DAEMON_OPTIONS,
    { name: "all", alias: "a", summary: "everything, instead of what fits one screen" },
    { name: "check", summary: "exit with 1 if anything needs attention" },
    { name: "watch", alias: "w", summary: "refresh until interrupted" },
    { name: "interval", value: "DURATION", summary: "with --watch: refresh interval, default 2s" },
    JSON_OPTION,
  ],
  details: `Problems come first, the worst first: since when, what happens next, and what to
do. With --check the exit code is 0 without problems, 1 with any, 3 if no daemon
answers. --watch with --json prints one line of JSON per refresh. If the daemon
stops, --watch keeps trying until it is back.`,
  load: async () => (await import("./status.ts")).statusCommand,
};

const sessions: Command = {
  name: "sessions",
  summary: "List sessions, or show one",
  positionals: ["SESSION"],
  options: [
    ...DAEMON_OPTIONS,
    CLIENT,
    SERVER,
    MAC,
    SESSION_ID,
    { name: "state", value: "open|held", summary: "only this state" },
    { name: "past", summary: "list ended sessions instead of current ones" },
    { ...SINCE, summary: `with --past: ${SINCE.summary}` },
    { ...UNTIL, summary: `with --past: ${UNTIL.summary}` },
    { name: "reason", value: "REASON", summary: "with --past: only this reason, such as padt-ac" },
    { name: "sort", value: "opened_at|bytes|client|server", summary: "sort key" },
    { name: "order", value: "asc|desc", summary: "sort order" },
    { name: "limit", value: "NUMBER", summary: "maximum number of sessions, default all" },
    { name: "offset", value: "NUMBER", summary: "number of sessions to skip, default 0" },
    { name: "format", value: "csv|json", summary: "print CSV or JSON with the API's keys" },
    JSON_OPTION,
  ],
  details: `UP is the direction from the customer to the access concentrator (AC). Times of
the table are local, those of CSV and JSON are UTC. A table that is too wide for
the terminal leaves columns out; CSV and JSON have them all.`,
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
  summary: "End sessions with a PADT to both sides",
  positionals: ["SESSION..."],
  options: [
    ...DAEMON_OPTIONS,
    { ...CLIENT, summary: "all sessions of this client of a server" },
    { ...SERVER, summary: "all sessions of this server of a client" },
    { ...MAC, summary: "all sessions of the customer or AC with this MAC address" },
  ],
  details: `\`pppoe-proxy sessions\` lists them. On a client with one server a session's name
is its number alone. With several options, only sessions that match all of them
end.`,
  load: async () => (await import("./change_sessions.ts")).kickCommand,
};

const padt: Command = {
  name: "padt",
  summary: "Free a stuck session, even one that the daemon does not know, by sending a PADT",
  positionals: [],
  options: [
    ...DAEMON_OPTIONS,
    { ...MAC, required: true, summary: "MAC address of the session's peer on the wire" },
    { ...SESSION_ID, required: true, summary: "PPPoE session id on the wire" },
    { ...CLIENT, summary: "the session's client, if several clients have such a session" },
    { ...SERVER, summary: "the session's server, if several servers have such a session" },
    {
      ...MAC,
      name: "from",
      summary: "source address of the PADT, default the interface's address",
    },
  ],
  details: `A session of the daemon ends on both sides. For any other session the daemon
sends the peer a PADT. Peers ignore a PADT from an address that does not belong
to the session, so with mac = "transparent" pass --from: the customer's address
for an AC, the AC's for a customer.`,
  load: async () => (await import("./change_sessions.ts")).padtCommand,
};

const drain: Command = {
  name: "drain",
  summary: "Refuse new sessions; open sessions continue",
  positionals: [],
  options: [...DAEMON_OPTIONS, { name: "off", summary: "accept new sessions again" }],
  details: "",
  load: async () => (await import("./change_sessions.ts")).drainCommand,
};

const reload: Command = {
  name: "reload",
  summary: "Make the daemon reload its configuration, certificates and secrets",
  positionals: [],
  options: [...DAEMON_OPTIONS, JSON_OPTION],
  details: `Lists the changes that were applied and those that need a restart. Sessions
continue. If there is an error the daemon keeps its running configuration and
the exit code is 1.`,
  load: async () => (await import("./change_settings.ts")).reloadCommand,
};

const logLevel: Command = {
  name: "log-level",
  summary: "Show or temporarily change a daemon's log level",
  positionals: [LOG_LEVELS.join("|")],
  options: [
    ...DAEMON_OPTIONS,
    { name: "topic", value: LOG_TOPICS.join("|"), summary: "only this topic" },
  ],
  details: `A change lasts until the daemon restarts or reloads a configuration whose [log]
differs.`,
  load: async () => (await import("./change_settings.ts")).logLevelCommand,
};

const capture: Command = {
  name: "capture",
  summary: "Capture forwarded frames as pcapng, for Wireshark and tshark",
  positionals: [],
  options: [
    {
      name: "write",
      alias: "w",
      value: "FILE",
      required: true,
      summary: "output file; - for stdout",
    },
    ...DAEMON_OPTIONS,
    CLIENT,
    SERVER,
    { ...MAC, summary: "only the customer or AC with this MAC address" },
    SESSION_ID,
    { name: "side", value: "customer|ac", summary: "only this side, default both" },
    { name: "secrets", summary: "keep passwords; by default PAP, CHAP and EAP are masked" },
    { name: "count", value: "NUMBER", summary: "stop after this many frames" },
    { name: "seconds", value: "NUMBER", summary: "stop after this many seconds" },
    { name: "file-size", value: "SIZE", summary: "start a new file at this size, such as 10MiB" },
    {
      name: "files",
      value: "NUMBER",
      summary: "with --file-size: number of files to keep, default 10",
    },
  ],
  details: `Each client has one capture interface per side in the file: branch-1/ac,
branch-1/customer. On a server the AC side is the wire and the customer side is
the tunnel; on a client it is the reverse. With --file-size, trace.pcapng
becomes trace_00001_20261125090036.pcapng. Files are readable only by you and
are never overwritten. The daemon never waits for the capture: frames that
cannot be written in time are dropped and counted.
Live view: pppoe-proxy capture --write - | tshark -r -`,
  load: async () => (await import("./capture.ts")).captureCommand,
};

const web: Command = {
  name: "web",
  summary: "Print a link that opens the daemon's web page once, and its QR code",
  positionals: [],
  options: [
    ...DAEMON_OPTIONS,
    { name: "act", summary: "let the page change things; by default it only looks" },
    {
      name: "address",
      value: "URL",
      summary: "address under which a reverse proxy serves the page",
    },
    JSON_OPTION,
  ],
  details: `The link works once, within 5 minutes; the browser then has access for 12 hours,
or until the daemon restarts. Needs "listen" under [admin], which has loopback
addresses only: from another machine, forward the port with ssh -L first, or
pass the address of a reverse proxy.`,
  load: async () => (await import("./web.ts")).webCommand,
};

/** Commands that talk to a running daemon, in the order in which help lists them. */
export const REMOTE_COMMANDS: readonly Command[] = [
  status,
  sessions,
  clients,
  ...LOOK_BACK_COMMANDS,
  kick,
  padt,
  drain,
  reload,
  logLevel,
  capture,
  web,
];
