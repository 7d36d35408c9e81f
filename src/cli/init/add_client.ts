/** `add-client`: one more client of a server, while the others stay connected. */
import { dirname, join } from "node:path";
import { isIP } from "node:net";
import { parseAddress } from "../../config/addresses.ts";
import { type Certificate, readCertificate } from "../../config/files/certificate.ts";
import { trustedOwners } from "../../config/files/file_rules.ts";
import { isDnsName } from "../../config/host_names.ts";
import { loadConfig } from "../../config/load.ts";
import type { Address, ServerConfig } from "../../config/types.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { chosenConfig } from "../config_option.ts";
import { CommandError } from "../exit_codes.ts";
import { newSecret } from "../keygen/new_secret.ts";
import { reloadCommand } from "../remote/change_settings.ts";
import { printLine } from "../terminal/output.ts";
import { readAddress, readStem } from "./answers.ts";
import { clientTable } from "./configurations.ts";
import { placeFiles } from "./place_files.ts";
import { planSecret, valid } from "./plan.ts";
import { replaceFile } from "./replace_file.ts";
import { carrying } from "./set_up.ts";

/**
 * `add-client NAME`: makes a client's secret and bundle, adds it to the server's configuration, and
 * reloads the daemon if it runs.
 */
export async function addClientCommand(args: Arguments): Promise<number> {
  const [given] = args.positionals;
  if (given === undefined) throw new UsageError("No client given: add-client NAME");
  const name = readStem(given);
  const { config, text } = await readServer(chosenConfig(args), name);
  const added = valid(config.file, `${text.replace(/\n*$/, "\n")}${clientTable(name)}`);
  const address = args.values.get("address");
  const certificate = await readCertificate(config.tunnel.certificate, trustedOwners(config.file));
  const files = planSecret(dirname(config.file), {
    name,
    connect: [address === undefined ? addressOf(config, certificate) : readAddress(address)],
    transport: config.tunnel.transport,
    secret: newSecret(),
    certificate: certificate.pem,
  });
  const more = await placeFiles(files);
  try {
    await replaceFile(config.file, text, added);
  } catch (error) {
    for (const file of files) await Deno.remove(file.path);
    throw error;
  }
  await printLine([
    `Added the client "${name}" to "${config.file}".`,
    ...(more === "" ? [] : [more]),
    carrying(join(dirname(config.file), `${name}.bundle`)),
  ].join("\n"));
  return await reloadIfRunning(args);
}

/** Reads the configuration of a server that has no client of this name, and its text. */
async function readServer(
  path: string,
  name: string,
): Promise<{ config: ServerConfig; text: string }> {
  const config = await loadConfig(path);
  if (config.mode !== "server") {
    throw new UsageError(`"${config.file}" is a client's configuration; only a server has clients`);
  }
  if (config.clients.some((client) => client.name === name)) {
    throw new Error(`"${config.file}" has the client "${name}" already; choose another name`);
  }
  const text = await Deno.readTextFile(config.file).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("The clients are set by variables; add PPPOE_PROXY_CLIENTS_… there");
  });
  return { config, text };
}

/** Where clients reach a server, by its certificate's name and its port. */
function addressOf({ tunnel }: ServerConfig, { names }: Certificate): Address {
  const [, host = ""] = /^(?:DNS|IP Address):([^\s,]+)/.exec(names) ?? [];
  const [{ port }] = tunnel.listen;
  const text = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  const address = parseAddress(text);
  if (!("words" in address) && (isIP(host) !== 0 || isDnsName(host))) return address;
  throw new UsageError(
    'Nothing says where clients reach the server; add the option "--address HOST:PORT"',
  );
}

async function reloadIfRunning(args: Arguments): Promise<number> {
  try {
    return await reloadCommand(args);
  } catch (error) {
    if (!(error instanceof CommandError) || error.exit !== "unreachable") throw error;
    await printLine(
      `Not reloaded, so the daemon knows the client from its next start: ${error.message}`,
    );
    return 0;
  }
}
