import { clientSchema, serverSchema } from "../../src/config/schema.ts";
import { snakeKey } from "../../src/config/table.ts";
import { exampleEntries, type ExampleEntry } from "./example_file.ts";
import type { ManualPage } from "./roff.ts";
import { CLIENT_SAMPLE, SERVER_SAMPLE } from "./samples.ts";

const HEAD = `
## Name

pppoe-proxy.toml - configuration of pppoe-proxy

## Description

The configuration is a TOML file. Its \`mode\` makes the daemon a server, on the segment of an
access concentrator (AC), or a client, on the customers' segment. Unknown keys, and keys of the
other mode, are errors. Durations are strings with a unit: ms, s, m, h or d. Paths are relative to
the file. \`pppoe-proxy check\` validates a file and shows what the daemon would do.

A variable can set each key: its name is PPPOE_PROXY_ and the key with underscores, in capitals, such
as \`PPPOE_PROXY_TUNNEL_LISTEN\`. A list has commas between its values, or is written as in TOML.
Clients are numbered: \`PPPOE_PROXY_CLIENTS_0_NAME\`. Without the default file
/etc/pppoe-proxy/pppoe-proxy.toml the variables are the whole configuration. Beside a file they
replace its values, but none may set \`certificate\`, \`key\`, \`server_certificate\`, \`secret_file\`, a
key of [[clients]] or [admin], or \`secrets\` of [capture]. Unknown names with PPPOE_PROXY_ are errors.

The path of a certificate, key, secret or token may be \`credential:NAME\`: a file that systemd has
loaded with LoadCredential= (systemd.exec(5)).

Each section below is one table of the file. Keys apply to both modes unless stated otherwise.
`;

const TAIL = `
## Examples

A server:

${indented(SERVER_SAMPLE)}
A client:

${indented(CLIENT_SAMPLE)}
## See also

pppoe-proxy(8), pppoe-proxy-protocol(7)
`;

/** Markdown's form of lines that are shown as they are. */
function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "    ");
}

type Need = "required" | "optional" | "default";
type Needs = ReadonlyMap<string, Need>;

/** Builds pppoe-proxy.toml(5) from the schema and the example's text. */
export function configPage(example: string): ManualPage {
  const { server, client } = exampleEntries(example);
  const needs = { server: needsOf(serverSchema()), client: needsOf(clientSchema()) };
  const all = new Map([...client, ...server].map((entry) => [entry.path, entry]));
  const tables = new Map<string, string[]>([["", []]]);
  for (const { path, value } of [...server, ...client]) {
    if (value === undefined) tables.set(path, []);
  }
  for (const path of new Set([...needs.server.keys(), ...needs.client.keys()])) {
    if (tables.has(path) || tables.has(`${path}[]`)) continue;
    const table = path.slice(0, Math.max(0, path.lastIndexOf(".")));
    tables.get(table)?.push(path);
  }
  const text = [...tables].filter(([, keys]) => keys.length > 0).map(([table, keys]) =>
    [
      `## ${tableTitle(table)}\n`,
      `${all.get(table)?.comment ?? ""}\n`,
      ...keys.map((path) => describe(path, all.get(path), needs)),
    ].join("\n")
  );
  return {
    name: "pppoe-proxy.toml",
    section: 5,
    manual: "File Formats",
    markdown: [HEAD, ...text, TAIL].join("\n"),
  };
}

function tableTitle(table: string): string {
  if (table === "") return "Top-level keys";
  return table.endsWith("[]") ? `[[${table.slice(0, -2)}]]` : `[${table}]`;
}

function describe(
  path: string,
  entry: ExampleEntry | undefined,
  { server, client }: { server: Needs; client: Needs },
): string {
  const need = server.get(path) ?? client.get(path);
  const value = entry?.value === undefined ? "" : `\`${entry.value}\``;
  const notes = [
    !client.has(path) ? "Server only." : !server.has(path) ? "Client only." : "",
    need === "required"
      ? `Required. Example: ${value}.`
      : need === "default"
      ? `Default: ${value}.`
      : `Optional. Example: ${value}.`,
  ];
  const comment = entry?.comment ?? "";
  const end = comment === "" || /[.:]$/.test(comment) ? "" : ".";
  const key = path.slice(path.lastIndexOf(".") + 1);
  return `- \`${key}\`: ${[`${comment}${end}`, ...notes].filter((it) => it !== "").join(" ")}`;
}

/** Returns whether each key is required, by its path as in `keyPaths`. */
function needsOf(schema: unknown, prefix = "", needs = new Map<string, Need>()): Needs {
  const inner = schema as { entries?: object; item?: unknown; wrapped?: unknown };
  if (inner.wrapped !== undefined) return needsOf(inner.wrapped, prefix, needs);
  if (inner.item !== undefined) return needsOf(inner.item, `${prefix}[]`, needs);
  for (const [key, nested] of Object.entries(inner.entries ?? {})) {
    const path = prefix === "" ? snakeKey(key) : `${prefix}.${snakeKey(key)}`;
    const { type, default: standard } = nested as { type: string; default?: unknown };
    const optional = standard === undefined ? "optional" : "default";
    needs.set(path, type.includes("optional") ? optional : "required");
    needsOf(nested, path, needs);
  }
  return needs;
}
