import type { OptionSpec } from "../../src/cli/arguments.ts";
import type { Command } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { EXIT_CODES } from "../../src/cli/exit_codes.ts";
import type { ManualPage } from "./roff.ts";

const HEAD = `
## Name

pppoe-proxy - carry PPPoE between Ethernet segments over an authenticated TLS tunnel

## Synopsis

\`pppoe-proxy\` *command* [*options*]

## Description

The **client** stands beside customers, the **server** beside an access concentrator (AC). The client captures the customers'
PPPoE frames (EtherTypes 0x8863 and 0x8864) and sends them through one authenticated TLS tunnel; the server puts them on
its wire with a Host-Uniq of its own, and brings each answer back to the customer that it belongs to.

\`run\` is the daemon. It is set up by a file, pppoe-proxy.toml(5), which \`check\` validates and \`doctor\` examines together
with everything around it. What goes through the tunnel is described in pppoe-proxy-protocol(7).
`;

const TAIL = `
## Reaching a daemon

Commands that ask a running daemon use its admin socket: that of \`--socket\`, or of the configuration that \`--config\` names,
or the only one in /run/pppoe-proxy on which a daemon listens. Where there are several, they are listed and the exit
code is ${EXIT_CODES.usage[0]}. The socket is for its owner and its group.

## Output

Tables and colours are for people; colours are used on a terminal only. \`--json\` gives one line of JSON, whose keys stay
as they are while its \`schema\` is 1.

## Signals

- \`SIGTERM\`: an orderly end. Sessions get a PADT on both sides; with \`state_dir\` they are kept for the next start.
- \`SIGINT\`: an orderly end that ends all sessions.
- \`SIGHUP\`: as \`pppoe-proxy reload\`.
- \`SIGUSR1\`: a client without a tunnel dials at once.

## Environment

- \`NO_COLOR\`: where it is set, no colours.
- \`RUNTIME_DIRECTORY\`: the folder of the admin socket in place of /run/pppoe-proxy; set by systemd.exec(5).
- \`SSLKEYLOGFILE\`: must not be set, since Deno would write the keys of TLS into that file.
- \`DENO_CERT\`, \`NODE_EXTRA_CA_CERTS\` and others that change whom TLS trusts are ignored, with a warning.

## Files

- \`/run/pppoe-proxy/*.sock\`: admin sockets, named after the configuration files.

## Capabilities

\`run\`, \`check\`, \`doctor\` and \`discover\` open raw sockets, for which they need CAP_NET_RAW (capabilities(7)) and nothing else.

## Examples

A server's certificate, and a secret for one client:

    pppoe-proxy keygen certificate --name proxy.example --out-dir .
    pppoe-proxy keygen secret branch-1.secret

Who answers on this wire:

    pppoe-proxy discover --interface wan0

The sessions that carry most:

    pppoe-proxy sessions --sort bytes --order desc --limit 10

Customers that have more than one session:

    pppoe-proxy sessions --json | jq -r '.sessions[].customer_mac' | sort | uniq -d

## See also

pppoe-proxy.toml(5), pppoe-proxy-protocol(7), pppd(8), packet(7), systemd.exec(5)

RFC 2516, A Method for Transmitting PPP Over Ethernet (PPPoE)
`;

/** Details whose lines are commands or stand below each other. */
const AS_IT_IS = /^(?:pppoe-proxy|\s|\w+: )/m;

/** pppoe-proxy(1), from the table of commands. */
export function programPage(): ManualPage {
  const codes = Object.values(EXIT_CODES).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);
  return {
    name: "pppoe-proxy",
    section: 1,
    manual: "User Commands",
    markdown: [
      HEAD,
      "## Commands\n",
      "`--help` after any command explains it.\n",
      ...COMMANDS.map(describe),
      "## Exit status\n",
      ...codes,
      TAIL,
    ].join("\n"),
  };
}

function describe({ name, summary, options, positionals, details }: Command): string {
  const required = options.filter((option) => option.required).map((it) => ` ${spell(it)}`);
  const usage = [
    `pppoe-proxy ${name}`,
    ...positionals.map((word) => ` [${word}]`),
    ...required,
    options.length > required.length ? " [options]" : "",
  ].join("");
  const entries = options.map((option) => {
    const short = option.alias === undefined ? "" : `-${option.alias}, `;
    return `- \`${short}${spell(option)}\`: ${sentence(option.summary)}`;
  });
  return [
    `### ${name}\n`,
    `    ${usage}\n`,
    `${sentence(summary)}\n`,
    AS_IT_IS.test(details) ? details.replace(/^/gm, "    ") : details,
    "",
    ...entries,
    "",
  ].join("\n");
}

function spell({ name, value }: OptionSpec): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function sentence(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}
