import { DEFAULT_CONFIG } from "../../config/default_config.ts";
import { settingVariables } from "../../config/environment/names.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { namedConfig } from "../config_option.ts";

/**
 * Returns the configuration whose daemon a command wants: the named one, or the default one if it
 * can be read or variables set it; undefined with `--socket`, or if the machine has no default
 * configuration. Throws UsageError for both options.
 */
export async function wantedConfig(
  args: Pick<Arguments, "values">,
  standard = DEFAULT_CONFIG,
): Promise<string | undefined> {
  const { values } = args;
  if (values.has("socket")) {
    if (!values.has("config")) return undefined;
    throw new UsageError('Options "--socket" and "--config" exclude each other; use one of them');
  }
  const isSet = settingVariables(Deno.env.toObject()).length > 0;
  return namedConfig(args) ?? (isSet || await canRead(standard) ? standard : undefined);
}

/** Members of the socket's group may use a daemon whose configuration they may not read. */
async function canRead(file: string): Promise<boolean> {
  try {
    (await Deno.open(file)).close();
    return true;
  } catch {
    return false;
  }
}
