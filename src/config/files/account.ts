/** The daemon's usual account (packaging/sysusers.d). */
const ACCOUNT = "pppoe-proxy";

/** Ids of the daemon's usual account and of its group; undefined if this machine has none. */
export function daemonAccount(): { uid: number; gid: number } | undefined {
  try {
    const line = Deno.readTextFileSync("/etc/passwd").split("\n")
      .find((it) => it.startsWith(`${ACCOUNT}:`));
    const [uid, gid] = (line?.split(":").slice(2, 4) ?? []).map(Number);
    return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined;
  } catch {
    return undefined;
  }
}
