import { dirname } from "node:path";

/** A file of a package. */
export interface TreeFile {
  /** Absolute path on the machine where the package is installed. */
  path: string;
  content: string | Uint8Array;
  /** Default 0o644. */
  mode?: number;
}

/**
 * Writes files below a directory that exists, with modes and times (seconds since 1970) that do not
 * depend on the umask and the clock.
 */
export async function writeTree(
  root: string,
  files: readonly TreeFile[],
  time: number,
): Promise<void> {
  const folders = new Set<string>([root]);
  for (const { path, content, mode = 0o644 } of files) {
    const target = root + path;
    for (let at = dirname(target); !folders.has(at); at = dirname(at)) folders.add(at);
    await Deno.mkdir(dirname(target), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(target, content);
    else await Deno.writeFile(target, content);
    await Deno.chmod(target, mode);
    await Deno.utime(target, time, time);
  }
  for (const folder of folders) {
    await Deno.chmod(folder, 0o755);
    await Deno.utime(folder, time, time);
  }
}
