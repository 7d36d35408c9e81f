/** Which configuration a command line means. */
import { DEFAULT_CONFIG } from "../config/default_config.ts";
import { CONFIG_VARIABLE } from "../config/environment/names.ts";
import type { Arguments, OptionSpec } from "./arguments.ts";

/** Where a command finds its configuration without `--config`, for help. */
export const CONFIG_DEFAULT = `$${CONFIG_VARIABLE} or ${DEFAULT_CONFIG}`;

/** The option of commands that read a configuration. */
export const CONFIG: OptionSpec = {
  name: "config",
  alias: "c",
  value: "FILE",
  summary: `the configuration file (TOML), default ${CONFIG_DEFAULT}`,
};

/** The configuration that is named by `--config` or the environment; undefined if none is. */
export function namedConfig({ values }: Pick<Arguments, "values">): string | undefined {
  return values.get("config") ?? (Deno.env.get(CONFIG_VARIABLE) || undefined);
}

/** The configuration of a command: the named one, or else the default one. */
export function chosenConfig(args: Pick<Arguments, "values">): string {
  return namedConfig(args) ?? DEFAULT_CONFIG;
}
