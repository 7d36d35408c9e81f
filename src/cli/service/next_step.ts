/** What starts the daemon of a configuration that has just been written: pure. */
import { basename, dirname, extname } from "node:path";
import { DEFAULT_CONFIG } from "../../config/default_config.ts";
import type { Machine } from "./init_system.ts";
import { INIT_SCRIPT } from "./paths.ts";

/** Names of instances that systemctl(1) takes as they are (systemd.unit(5)). */
const INSTANCE = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
/** Words that a shell takes as they are. */
const PLAIN = /^[A-Za-z0-9_./+-]+$/;

/** The line that says how to check the configuration at an absolute path and start its daemon. */
export function nextStep(config: string, machine: Machine): string {
  const option = config === DEFAULT_CONFIG ? "" : ` --config ${quoted(config)}`;
  const start = serviceStart(config, machine) ?? `pppoe-proxy run${option}`;
  return `Next: pppoe-proxy check${option} && ${start}`;
}

/** What starts the daemon as a service, now and with the machine; undefined if nothing does. */
export function serviceStart(config: string, machine: Machine): string | undefined {
  const { system, isInstalled, isCompiled } = machine;
  const instance = config === DEFAULT_CONFIG ? "" : instanceOf(config);
  if (system === undefined || instance === undefined) return undefined;
  // The script of procd has no instances.
  if (system === "procd" && instance !== "") return undefined;
  const installing = `pppoe-proxy service install${instance === "" ? " --now" : ""}`;
  if (!isInstalled && !isCompiled) return undefined;
  if (!isInstalled && instance === "") return installing;
  const enabling = system === "systemd"
    ? `systemctl enable --now pppoe-proxy${instance === "" ? "" : `@${instance}`}`
    : `${INIT_SCRIPT} enable && ${INIT_SCRIPT} start`;
  return isInstalled ? enabling : `${installing} && ${enabling}`;
}

/** The name of the instance that runs a configuration; undefined if none does. */
function instanceOf(config: string): string | undefined {
  const name = basename(config, ".toml");
  const isThere = dirname(config) === dirname(DEFAULT_CONFIG) && extname(config) === ".toml";
  return isThere && INSTANCE.test(name) ? name : undefined;
}

function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
