import { type Arguments, oneOf, UsageError } from "../arguments.ts";

const ACTIONS = "install|uninstall|status";
/** Options, and the actions that have them. */
const OPTIONS: Readonly<Record<string, string>> = { now: "install", purge: "uninstall" };

/** `service install|uninstall|status`: the daemon as a service of systemd, without a package. */
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
  const { installService, uninstallService } = await import("./change_service.ts");
  if (action === "install") return await installService(args.switches.has("now"));
  if (action === "uninstall") return await uninstallService(args.switches.has("purge"));
  return await (await import("./service_status.ts")).showService(args);
}
