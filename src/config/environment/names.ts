/** Names of the environment variables that set keys of a configuration. */

/** Start of the name of every variable of this program. */
const PREFIX = "PPPOE_PROXY_";

/** Names the configuration file, for commands without `--config`. */
export const CONFIG_VARIABLE = `${PREFIX}CONFIG`;

/** Variables by name. */
export type Environment = Readonly<Record<string, string>>;

/**
 * The variable that sets a key: PPPOE_PROXY_TUNNEL_LISTEN for `tunnel.listen`,
 * PPPOE_PROXY_CLIENTS_0_NAME for `clients[0].name`.
 */
export function variableOf(path: string): string {
  return PREFIX + path.replace(/\[(\d+)\]/g, "_$1").replaceAll(".", "_").toUpperCase();
}

/** The variables of an environment that set keys, or were meant to, in the order of their names. */
export function settingVariables(environment: Environment): [name: string, text: string][] {
  return Object.entries(environment)
    .filter(([name]) => name.startsWith(PREFIX) && name !== CONFIG_VARIABLE)
    .sort(([one], [other]) => one < other ? -1 : 1);
}

/** The variable of this process's environment that sets a key; undefined if none does. */
export function setVariable(path: string): string | undefined {
  if (path === "") return undefined;
  const name = variableOf(path);
  return Deno.env.has(name) ? name : undefined;
}
