import { DEFAULT_CONFIG } from "../../config/default_config.ts";
import { type Arguments, oneOf, UsageError } from "../arguments.ts";
import { initSystem } from "./init_system.ts";

const ACTIONS = "install|uninstall|status";
/** Options, and the actions that have them. */
const OPTIONS: Readonly<Record<string, string>> = { now: "install", purge: "uninstall" };

/**
 * `service install|uninstall|status`: the daemon as a service of systemd or procd, without a package.
 */
export async function serviceCommand(args: Arguments): Promise<number> {
  const [given] = args.positionals;
  if (given === undefined) {
    throw new UsageError("Nothing to do: use service install, service uninstall or service status");
  }
  const action = oneOf(given, ACTIONS, "an action");
  for (const option of args.switches) {
    const owner = OPTIONS[option];
    if (owner !== action) throw new UsageError(`Option "--${option}" is for service ${owner}`);
  }
  const [named] = action === "status" ? [] : args.values.keys();
  if (named !== undefined) {
    throw new UsageError(
      `Option "--${named}" is for service status: the service runs "${DEFAULT_CONFIG}", and its instances the files beside it`,
    );
  }
  if (action === "status") return await (await import("./service_status.ts")).showService(args);
  const [now, purge] = ["now", "purge"].map((option) => args.switches.has(option));
  if (await initSystem() === "procd") {
    const { installInitScript, uninstallInitScript } = await import("./procd_service.ts");
    return action === "install" ? await installInitScript(now) : await uninstallInitScript(purge);
  }
  const { installService, uninstallService } = await import("./systemd_service.ts");
  return action === "install" ? await installService(now) : await uninstallService(purge);
}
