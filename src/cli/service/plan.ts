/** What `service install` writes and `service uninstall` removes: pure. */
import script from "../../../packaging/openwrt/pppoe-proxy.init" with { type: "text" };
import unit from "../../../packaging/systemd/pppoe-proxy.service" with { type: "text" };
import instanceUnit from "../../../packaging/systemd/pppoe-proxy@.service" with { type: "text" };
import sysusers from "../../../packaging/sysusers.d/pppoe-proxy.conf" with { type: "text" };
import tmpfiles from "../../../packaging/tmpfiles.d/pppoe-proxy.conf" with { type: "text" };
import { INIT_SCRIPT, UNIT_PATH } from "./paths.ts";

/** Units of this program, also of instances, for systemctl(1). */
export const ALL_UNITS = "pppoe-proxy*.service";
/** Path of the program in the units' source. */
const PROGRAM = "/usr/local/bin/pppoe-proxy";
/** First line of what this command writes, so that it removes nothing else. */
const MARK = "# Written by pppoe-proxy service install, which overwrites it.";

/** A file of the service. */
export interface ServiceFile {
  path: string;
  text: string;
}

/** Configuration and keys, and the state: only `--purge` removes them. */
export const DATA = ["/etc/pppoe-proxy", "/var/lib/pppoe-proxy"] as const;

/** The files of a service that runs this program. */
export function serviceFiles(program: string): ServiceFile[] {
  const marked = (text: string): string => `${MARK}\n${text.replaceAll(PROGRAM, program)}`;
  return [
    { path: UNIT_PATH, text: marked(unit) },
    { path: "/etc/systemd/system/pppoe-proxy@.service", text: marked(instanceUnit) },
    { path: "/etc/sysusers.d/pppoe-proxy.conf", text: marked(sysusers) },
    { path: "/etc/tmpfiles.d/pppoe-proxy.conf", text: marked(tmpfiles) },
  ];
}

/** The init script of procd that runs this program. */
export function initScript(program: string): ServiceFile {
  const [interpreter, ...rest] = script.split("\n");
  const text = [interpreter, MARK, ...rest].join("\n")
    .replace(/^PROG=.*$/m, () => `PROG=${program}`);
  return { path: INIT_SCRIPT, text };
}

/** Whether a file is one that this command has written. */
export function isOurs(text: string): boolean {
  return text.split("\n", 2).includes(MARK);
}

/**
 * Paths without blanks, quotes, specifiers and variables, which a unit (systemd.syntax(7)) and a
 * shell would need escapes for.
 */
const PLAIN = /^\/[A-Za-z0-9_./+-]+$/;

function unplain(program: string): string {
  return `its path "${program}" has characters that the service would read in another way`;
}

/** Why a path cannot be that of an init script's program; undefined if it can. */
export function procdProgramFault(program: string): string | undefined {
  if (!PLAIN.test(program)) return unplain(program);
  // On OpenWrt /var is a link to /tmp.
  if (/^\/(?:tmp|var)\//.test(program)) return `"${program}" is in memory and gone after a reboot`;
  return undefined;
}

/** Why a path cannot be that of a unit's program; undefined if it can. */
export function programFault(program: string): string | undefined {
  if (!PLAIN.test(program)) return unplain(program);
  // ProtectHome= and PrivateTmp= of the unit hide these.
  if (/^\/(?:home|root|tmp|var\/tmp|run\/user)\//.test(program)) {
    return `the unit cannot see "${program}"`;
  }
  return undefined;
}
