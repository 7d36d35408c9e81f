/** Paths of the service's files. */

/** The unit of the default configuration. */
export const UNIT = "pppoe-proxy.service";
/** The unit that an administrator installs (systemd.unit(5)). */
export const UNIT_PATH = `/etc/systemd/system/${UNIT}`;
/** Units that packages install. */
export const PACKAGED: readonly string[] = ["/usr/lib/systemd/system", "/lib/systemd/system"].map((
  folder,
) => `${folder}/${UNIT}`);
/** The script of OpenWrt. */
export const INIT_SCRIPT = "/etc/init.d/pppoe-proxy";

/** The first of these paths that exists. */
export async function firstThat(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    if (await Deno.lstat(path).then(() => true, () => false)) return path;
  }
  return undefined;
}
