import { CommandError } from "../exit_codes.ts";

/** An init system that `service` knows. */
export type InitSystem = "systemd" | "procd";

/** The init system of this machine. Throws CommandError if it is none that `service` knows. */
export async function initSystem(): Promise<InitSystem> {
  const isThere = (path: string) => Deno.stat(path).then(() => true, () => false);
  // sd_booted(3)
  if (await isThere("/run/systemd/system")) return "systemd";
  // procd is process 1 of OpenWrt.
  if (await isThere("/sbin/procd")) return "procd";
  throw new CommandError(
    "failed",
    "This machine is run by neither systemd nor procd; start `pppoe-proxy run` from its own init " +
      "system",
  );
}
