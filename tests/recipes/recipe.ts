/** A recipe of docs/recipes in a lab: its files as they are, with keys for its configurations. */
import { basename } from "node:path";
import { parseConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/types.ts";
import { makeSelfSigned } from "../../src/cli/keygen/self_signed.ts";
import type { Lab } from "../lab/lab.ts";
import { type LabProcess, runCommand } from "../lab/process.ts";
import { ready, startDaemon } from "../lab/proxy_pair.ts";
import { pppoeProxyCommand } from "../lab/shipped.ts";
import { ROOT } from "../sources.ts";

/** Directory of a recipe's files. */
export const RECIPES = `${ROOT}docs/recipes`;
/** The only path of the recipes that labs replace. */
const STATE = "/var/lib/pppoe-proxy";

/** A recipe whose files are in the lab's folder. */
export interface Recipe {
  /** Configurations by name, without `.toml`. */
  readonly configs: ReadonlyMap<string, Config>;
  /** Starts the servers, then the clients; resolves when all tunnels are up. */
  start(): Promise<ReadonlyMap<string, LabProcess>>;
  /** Runs a script of the recipe in the lab's folder, or in one below it; returns its output. */
  script(name: string, args?: readonly string[], folder?: string): Promise<string>;
}

/** Copies a recipe's files, makes keys, and adds the servers' addresses to `lo`. */
export async function layRecipe(lab: Lab, name: string): Promise<Recipe> {
  for (const { name: file, isFile } of Deno.readDirSync(`${RECIPES}/${name}`)) {
    if (isFile) await copyFile(lab, `${RECIPES}/${name}/${file}`);
  }
  await writeProgram(lab);
  return await openRecipe(lab);
}

/** Opens configurations that are in the lab's folder, and makes their keys. */
export async function openRecipe(lab: Lab): Promise<Recipe> {
  await Deno.mkdir(`${lab.folder}/state`, { recursive: true });
  const files = [...Deno.readDirSync(lab.folder)].filter(({ name }) => name.endsWith(".toml"));
  const configs = new Map<string, Config>();
  for (const { name } of files) {
    const path = `${lab.folder}/${name}`;
    configs.set(basename(name, ".toml"), parseConfig(await Deno.readTextFile(path), path));
  }
  for (const config of configs.values()) {
    if (config.mode === "server") await makeKeys(config);
    const addresses = config.mode === "server" ? config.tunnel.listen : config.tunnel.connect;
    for (const { host } of addresses) await addAddress(lab, host);
  }
  return {
    configs,
    start: () => startAll(lab, configs),
    script: (script, args = [], folder = ".") => runScript(lab, script, args, folder),
  };
}

async function copyFile(lab: Lab, from: string): Promise<void> {
  const to = `${lab.folder}/${basename(from)}`;
  const text = await Deno.readTextFile(from);
  await Deno.writeTextFile(to, text.replaceAll(STATE, `${lab.folder}/state`));
  await Deno.chmod(to, (await Deno.stat(from)).mode ?? 0o644);
}

/** Writes `pppoe-proxy`, the program under test, for the scripts. */
async function writeProgram(lab: Lab): Promise<void> {
  const { program, args } = pppoeProxyCommand();
  const words = [program, ...args].map((word) => `'${word}'`).join(" ");
  await lab.write("pppoe-proxy", `#!/bin/sh\nexec ${words} "$@"\n`, 0o700);
}

/** Makes the files that a server's configuration names. */
async function makeKeys(config: Extract<Config, { mode: "server" }>): Promise<void> {
  const { certificate, key } = await makeSelfSigned("proxy.example", 90, new Date());
  await Deno.writeTextFile(config.tunnel.certificate, certificate);
  await Deno.writeTextFile(config.tunnel.key, key, { mode: 0o600 });
  for (const path of config.clients.flatMap(({ secretFile }) => secretFile)) {
    const secret = crypto.getRandomValues(new Uint8Array(32)).toHex();
    await Deno.writeTextFile(path, `${secret}\n`, { mode: 0o600, createNew: true })
      .catch((error) => {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error; // servers may share one
      });
  }
}

/** Gives `lo` an address until the end of the lab, unless it has it. */
export async function addAddress(lab: Lab, host: string): Promise<void> {
  const all = await runCommand("ip", "address", "show", "dev", "lo");
  if (host === "0.0.0.0" || host.startsWith("127.") || all.includes(` ${host}/`)) return;
  const prefix = `${host}/${host.includes(":") ? 128 : 32}`;
  await runCommand("ip", "address", "add", prefix, "dev", "lo");
  lab.use({
    [Symbol.asyncDispose]: async () =>
      void await runCommand("ip", "address", "del", prefix, "dev", "lo"),
  });
}

async function startAll(
  lab: Lab,
  configs: ReadonlyMap<string, Config>,
): Promise<ReadonlyMap<string, LabProcess>> {
  const daemons = new Map<string, LabProcess>();
  for (const mode of ["server", "client"]) {
    const names = [...configs].filter(([, config]) => config.mode === mode).map(([name]) => name);
    for (const name of names) daemons.set(name, startDaemon(lab, name));
    for (const name of names) await ready(daemons.get(name) as LabProcess);
  }
  return daemons;
}

async function runScript(
  lab: Lab,
  script: string,
  args: readonly string[],
  folder: string,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: [`${lab.folder}/${script}`, ...args],
    cwd: `${lab.folder}/${folder}`,
    env: { PATH: `${lab.folder}:${Deno.env.get("PATH")}`, RUNTIME_DIRECTORY: lab.folder },
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`"${script}" failed: ${decoder.decode(stderr)}`);
}
