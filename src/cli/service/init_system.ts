/** What this machine starts services with. */
import { CommandError } from "../exit_codes.ts";
import { firstThat, INIT_SCRIPT, PACKAGED, UNIT_PATH } from "./paths.ts";

/** An init system that `service` knows. */
export type InitSystem = "systemd" | "procd";

/** What decides how a daemon is started here. */
export interface Machine {
  /** Undefined: none that `service` knows. */
  readonly system: InitSystem | undefined;
  /** Whether the service is installed. */
  readonly isInstalled: boolean;
  /** Whether this program is a compiled one, which can install its service. */
  readonly isCompiled: boolean;
}

/** What marks the init systems, and where the service's file may be. */
const SYSTEMS = [
  // sd_booted(3)
  { system: "systemd", mark: "/run/systemd/system", service: [UNIT_PATH, ...PACKAGED] },
  // What the scripts of OpenWrt are run by.
  { system: "procd", mark: "/etc/rc.common", service: [INIT_SCRIPT] },
] as const;

/** Looks at this machine. */
export async function thisMachine(): Promise<Machine> {
  const isCompiled = Deno.build.standalone;
  for (const { system, mark, service } of SYSTEMS) {
    if (await firstThat([mark]) === undefined) continue;
    return { system, isInstalled: await firstThat(service) !== undefined, isCompiled };
  }
  return { system: undefined, isInstalled: false, isCompiled };
}

/** The init system of this machine. Throws CommandError if it is none that `service` knows. */
export async function initSystem(): Promise<InitSystem> {
  const { system } = await thisMachine();
  if (system !== undefined) return system;
  throw new CommandError(
    "failed",
    "This machine is run by neither systemd nor procd; start `pppoe-proxy run` from its own init " +
      "system",
  );
}
