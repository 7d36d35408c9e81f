/** What `service install` writes and `service uninstall` removes: pure. */
import unit from "../../../packaging/systemd/pppoe-proxy.service" with { type: "text" };
import instanceUnit from "../../../packaging/systemd/pppoe-proxy@.service" with { type: "text" };
import sysusers from "../../../packaging/sysusers.d/pppoe-proxy.conf" with { type: "text" };
import tmpfiles from "../../../packaging/tmpfiles.d/pppoe-proxy.conf" with { type: "text" };

/** The unit of the default configuration. */
export const UNIT = "pppoe-proxy.service";
/** Units of this program, also of instances, for systemctl(1). */
export const ALL_UNITS = "pppoe-proxy*.service";
/** Path of the program in the units' source. */
const PROGRAM = "/usr/local/bin/pppoe-proxy";
/** Directories in which packages put units (systemd.unit(5)). */
export const PACKAGED = ["/usr/lib/systemd/system", "/lib/systemd/system"].map((folder) =>
  `${folder}/${UNIT}`
);
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
    { path: `/etc/systemd/system/${UNIT}`, text: marked(unit) },
    { path: "/etc/systemd/system/pppoe-proxy@.service", text: marked(instanceUnit) },
    { path: "/etc/sysusers.d/pppoe-proxy.conf", text: marked(sysusers) },
    { path: "/etc/tmpfiles.d/pppoe-proxy.conf", text: marked(tmpfiles) },
  ];
}

/** Whether a file is one that this command has written. */
export function isOurs(text: string): boolean {
  return text.startsWith(`${MARK}\n`);
}

/** Why a path cannot be that of a unit's program; undefined if it can. */
export function programFault(program: string): string | undefined {
  // systemd.syntax(7): blanks, quotes, specifiers and variables would need escapes.
  if (!/^\/[A-Za-z0-9_./+-]+$/.test(program)) {
    return `its path "${program}" has characters that a unit would read in another way`;
  }
  // ProtectHome= and PrivateTmp= of the unit hide these.
  if (/^\/(?:home|root|tmp|var\/tmp|run\/user)\//.test(program)) {
    return `the unit cannot see "${program}"`;
  }
  return undefined;
}
