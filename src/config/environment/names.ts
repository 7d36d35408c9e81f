/** Names of the environment variables that set keys of a configuration. */

/** Start of the name of every variable of this program. */
export const PREFIX = "PPPOE_PROXY_";

/** Names the configuration file, for commands without `--config`. */
export const CONFIG_VARIABLE = `${PREFIX}CONFIG`;
