/** Files of /proc and /sys, which may be gone, or hidden from this process. */

/** Returns a file's text; "" if it cannot be read. */
export function readSystemFile(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** Returns the names in a folder; none if it cannot be read. */
export function listFolder(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch {
    return [];
  }
}
