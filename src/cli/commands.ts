import type { Command } from "./command.ts";
import { CONFIG } from "./config_option.ts";
import { INIT_COMMANDS } from "./init_commands.ts";
import { DAEMON_OPTIONS } from "./remote/daemon_options.ts";
import { REMOTE_COMMANDS } from "./remote/remote_commands.ts";

const run: Command = {
  name: "run",
  summary: "Carry PPPoE until SIGTERM or SIGINT",
  positionals: [],
  options: [CONFIG],
  details: "Needs CAP_NET_RAW. Logs go to stderr.",
  load: async () => (await import("./run.ts")).runCommand,
};

const check: Command = {
  name: "check",
  summary: "Validate configurations and describe what they do",
  positionals: ["FILE..."],
  options: [
    CONFIG,
    { name: "settings", summary: "list all settings, and the line or variable that sets each" },
    { name: "json", summary: "print JSON" },
  ],
  details: `Checks each file, and what it depends on: interface, certificate, key, secrets,
permissions, directories, addresses and routes. Prints each finding with its
code, which \`explain\` knows. Exit code 0 without errors, 78 if a configuration
or a file that it names is refused, 1 for an error that may go away by itself,
such as an address in use.`,
  load: async () => (await import("./check/check.ts")).checkCommand,
};

const doctor: Command = {
  name: "doctor",
  summary: "Check everything that the daemon needs, and say how to fix problems",
  positionals: [],
  options: [
    CONFIG,
    { name: "timeout", value: "DURATION", summary: "timeout for each peer, default 5s" },
    { name: "json", summary: "print JSON" },
  ],
  details: `Checks capabilities, the interface, its MTU and offloads, the clock,
certificates and secrets. On a client it connects to each server and logs in,
without disturbing the tunnel of a running daemon. On a server it sends a PADI.
Each line is "ok", "warning" or "failed". Exit code 78 if the configuration or a
file that it names is refused, 1 if another check failed.`,
  load: async () => (await import("./check/doctor.ts")).doctorCommand,
};

const discover: Command = {
  name: "discover",
  summary: "Send a PADI on an interface and list the access concentrators that answer",
  positionals: [],
  options: [
    {
      name: "interface",
      alias: "i",
      value: "INTERFACE",
      required: true,
      summary: "interface to send on",
    },
    { name: "service", value: "NAME", summary: "Service-Name to request, default any" },
    { name: "host-uniq", value: "HEX", summary: "Host-Uniq to send, default 8 random bytes" },
    { name: "timeout", value: "DURATION", summary: "how long to wait for answers, default 3s" },
    { name: "json", summary: "print JSON, including the bytes of all tags" },
  ],
  details: `Needs CAP_NET_RAW, but no daemon and no configuration. Opens no session. Exit
code 0 if at least one access concentrator answered, otherwise 1.`,
  load: async () => (await import("./check/discover.ts")).discoverCommand,
};

const keygen: Command = {
  name: "keygen",
  summary: "Generate a client's secret, a token, or a server's certificate and key",
  positionals: ["secret|token|certificate", "FILE"],
  leastPositionals: 1,
  options: [
    { name: "name", value: "NAME", summary: "certificate: DNS name or IP address of the server" },
    { name: "out-dir", value: "FOLDER", summary: "certificate: output directory, default ." },
    { name: "days", value: "DAYS", summary: "certificate: days it is valid, default 3650" },
  ],
  details: `pppoe-proxy keygen secret branch-1.secret
  writes 32 random bytes as 64 hexadecimal digits, readable only by you. The
  client and the server need the same file.
pppoe-proxy keygen token admin.token
  writes a token in the same format, for the admin API over TCP.
pppoe-proxy keygen certificate --name proxy.example --out-dir .
  writes server.crt and server.key for the server; clients need a copy of
  server.crt.
Existing files are never overwritten.`,
  load: async () => (await import("./keygen/keygen.ts")).keygenCommand,
};

const importLine: Command = {
  name: "import",
  summary: "Write configurations from the command lines of pppoeproxy or pppoe-relay",
  positionals: ["FILE", "FILE"],
  leastPositionals: 1,
  options: [
    { name: "out-dir", value: "FOLDER", summary: "output directory, default ." },
    { name: "name", value: "NAME", summary: "name of the client, default branch-1" },
    { name: "connect", value: "ADDRESS", summary: "where clients reach the server, HOST:PORT" },
    { name: "lan", value: "INTERFACE", summary: "the client's interface, if no command says it" },
    { name: "wan", value: "INTERFACE", summary: "the server's interface, if no command says it" },
  ],
  details: `pppoe-proxy import pppoeproxy.service --lan eth0 --connect 192.0.2.2:8000
pppoe-proxy import server.service client.service
pppoe-proxy import /etc/init.d/pppoe-relay --connect 192.0.2.2:8000
Each FILE is a systemd unit, a script or any text with the command; "-" is
standard input. It writes server.toml and NAME.toml, whose comments say what
differs, and prints what to do next. Existing files are never overwritten.`,
  load: async () => (await import("./import/import.ts")).importCommand,
};

const explain: Command = {
  name: "explain",
  summary: "Say what a word of the log, the metrics or status means, and what to do",
  positionals: ["WORD"],
  leastPositionals: 1,
  options: [{ name: "json", summary: "print JSON" }],
  details: `pppoe-proxy explain padi-rate
pppoe-proxy explain "tunnel rejected"
Knows every log message, event, problem and finding, and every reason for which
a frame is dropped, or a session or a tunnel ends.`,
  load: async () => (await import("./explain.ts")).explainCommand,
};

const report: Command = {
  name: "report",
  summary: "Write one archive for a bug report, without secrets",
  positionals: ["FILE"],
  options: [
    ...DAEMON_OPTIONS,
    { name: "anonymous", summary: "shorten MAC addresses" },
  ],
  details: `Writes pppoe-proxy-report-TIME.tar.gz, FILE, or with - to stdout: versions,
system, configuration, what \`doctor\` finds, status with problems, clients,
sessions, events, log, traffic of 24 hours, metrics, limits. Secrets, tokens and
private keys are left out. Works in parts when the daemon is down; --config then
names the configuration. Look through it before you send it.`,
  load: async () => (await import("./report/report.ts")).reportCommand,
};

const completion: Command = {
  name: "completion",
  summary: "Print a shell completion script",
  positionals: ["bash|zsh|fish|client|server|session|mac"],
  leastPositionals: 1,
  options: DAEMON_OPTIONS,
  details: `pppoe-proxy completion bash > /usr/share/bash-completion/completions/pppoe-proxy
pppoe-proxy completion zsh > /usr/share/zsh/site-functions/_pppoe-proxy
pppoe-proxy completion fish > /etc/fish/completions/pppoe-proxy.fish
The scripts complete names and addresses of a running daemon: client, server,
session and mac print them, and nothing if no daemon answers within a second.`,
  load: async () => (await import("./completion/completion.ts")).completionCommand,
};

const version: Command = {
  name: "version",
  summary: "Show the version",
  positionals: [],
  options: [{ name: "json", summary: "print JSON, including the versions of Deno and V8" }],
  details: "",
  load: async () => (await import("./version.ts")).versionCommand,
};

const help: Command = {
  name: "help",
  summary: "Show help for a command",
  positionals: ["COMMAND"],
  options: [],
  details: "",
  load: async () => (await import("./help.ts")).helpCommand,
};

/** All subcommands, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  run,
  check,
  ...INIT_COMMANDS,
  keygen,
  importLine,
  doctor,
  discover,
  ...REMOTE_COMMANDS,
  explain,
  report,
  completion,
  version,
  help,
];
