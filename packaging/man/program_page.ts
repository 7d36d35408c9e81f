import type { Command } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { EXIT_CODES } from "../../src/cli/exit_codes.ts";
import { spell, usageLine } from "../../src/cli/help.ts";
import type { ManualPage } from "./roff.ts";

const HEAD = `
## Name

pppoe-proxy - carry PPPoE between Ethernet segments through an authenticated tunnel

## Synopsis

\`pppoe-proxy\` *command* [*options*]

## Description

The **client** runs on the customers' segment, the **server** on the segment of an access
concentrator (AC). The client captures the customers' PPPoE frames (EtherTypes 0x8863 and 0x8864)
and sends them through one authenticated tunnel, over TLS or QUIC. The server sends them to the AC
with its own Host-Uniq, and returns each answer to the customer that it belongs to.

\`run\` starts the daemon. Its configuration file is described in pppoe-proxy.toml(5); \`check\`
validates the file, and \`doctor\` also checks everything that it depends on. The tunnel protocol is
described in pppoe-proxy-protocol(7).
`;

const TAIL = `
## Connecting to a daemon

Every command that needs a configuration takes the one given by \`--config\`, or the one that
\`PPPOE_PROXY_CONFIG\` names, or /etc/pppoe-proxy/pppoe-proxy.toml. Commands that query or control a
running daemon use the admin socket of that configuration, unless \`--socket\` gives another. On a
machine without the default configuration they use the only socket in /run/pppoe-proxy on which a
daemon listens. If there are several, the command lists them and exits with code
${EXIT_CODES.usage[0]}. Only the socket's owner and group may use it.

## Output

Tables and colours are meant for people; colours appear on a terminal only. \`--json\` prints one line
of JSON, whose keys are stable as long as its \`schema\` is 2.

## Signals

- \`SIGTERM\`: shut down cleanly. Sessions end with a PADT on both sides, or, with \`state_dir\`, are kept for the next start.
- \`SIGINT\`: shut down cleanly and end all sessions.
- \`SIGHUP\`: reload, like \`pppoe-proxy reload\`.
- \`SIGUSR1\`: make a client without a tunnel connect immediately.

## Environment

- \`NO_COLOR\`: disables colours.
- \`PPPOE_PROXY_CONFIG\`: the configuration of commands without \`--config\`.
- \`PPPOE_PROXY_*\`: settings, such as \`PPPOE_PROXY_TUNNEL_LISTEN\`; see pppoe-proxy.toml(5).
- \`CREDENTIALS_DIRECTORY\`: directory of files written as \`credential:NAME\`; set by systemd.exec(5).
- \`RUNTIME_DIRECTORY\`: directory of the admin socket instead of /run/pppoe-proxy; set by systemd.exec(5).
- \`SSLKEYLOGFILE\`: must not be set, because Deno would write TLS keys to that file.
- \`DENO_CERT\`, \`NODE_EXTRA_CA_CERTS\` and other variables that change which certificates TLS trusts are ignored, with a warning.

## Files

- \`/etc/pppoe-proxy/pppoe-proxy.toml\`: the default configuration.
- \`/run/pppoe-proxy/*.sock\`: admin sockets, named after the configuration files.

## Capabilities

\`run\`, \`check\`, \`doctor\` and \`discover\` open raw sockets, which requires CAP_NET_RAW (capabilities(7)) and no other privilege.

## Examples

Set up a server and its first client, by hand and with a script:

    pppoe-proxy init server
    pppoe-proxy init client --from branch-1.bundle -i lan0

Make a server's certificate, and a secret for one client:

    pppoe-proxy keygen certificate --name proxy.example --out-dir .
    pppoe-proxy keygen secret branch-1.secret

List the access concentrators on a segment:

    pppoe-proxy discover --interface wan0

List the ten sessions with the most traffic:

    pppoe-proxy sessions --sort bytes --order desc --limit 10

List customers with more than one session:

    pppoe-proxy sessions --json | jq -r '.sessions[].customer_mac' | sort | uniq -d

## See also

pppoe-proxy.toml(5), pppoe-proxy-protocol(7), pppd(8), packet(7), systemd.exec(5)

RFC 2516, A Method for Transmitting PPP Over Ethernet (PPPoE)
`;

/** Details with line breaks to keep, such as commands. */
const AS_IT_IS = /^(?:pppoe-proxy|\s|\w+: )/m;

/** Builds pppoe-proxy(8) from the table of commands. */
export function programPage(): ManualPage {
  const codes = Object.values(EXIT_CODES).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);
  return {
    name: "pppoe-proxy",
    section: 8,
    manual: "System Administration",
    markdown: [
      HEAD,
      "## Commands\n",
      "Every command explains itself with `--help`.\n",
      ...COMMANDS.map(describe),
      "## Exit status\n",
      ...codes,
      TAIL,
    ].join("\n"),
  };
}

function describe(command: Command): string {
  const { name, summary, options, details } = command;
  const entries = options.map((option) => {
    const short = option.alias === undefined ? "" : `-${option.alias}, `;
    return `- \`${short}${spell(option)}\`: ${sentence(option.summary)}`;
  });
  return [
    `### ${name}\n`,
    `    ${usageLine(command)}\n`,
    `${sentence(summary)}\n`,
    AS_IT_IS.test(details) ? details.replace(/^/gm, "    ") : details,
    "",
    ...entries,
    "",
  ].join("\n");
}

function sentence(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}
