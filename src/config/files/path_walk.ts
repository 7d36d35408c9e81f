/** Which directories and symbolic links a path leads through (path_resolution(7)). */
import { dirname, join } from "node:path";

/** Maximum number of links that are followed, as in the kernel. */
const MAX_LINKS = 40;

/** A symbolic link on the way. */
export interface Link {
  path: string;
  /** The directory that it is in. */
  directory: string;
  /** Its owner; undefined if unknown. */
  uid: number | undefined;
}

/** What a path leads through. */
export interface PathWalk {
  /** Each directory in which a component was looked up, from the root on. */
  directories: string[];
  links: Link[];
}

/**
 * Follows an absolute path as the kernel does, links included. What does not exist or cannot be
 * looked up is taken as a directory.
 */
export function walkPath(path: string): PathWalk {
  const walk: PathWalk = { directories: [], links: [] };
  const rest = path.split("/").toReversed();
  for (let at = "/"; rest.length > 0;) {
    const name = rest.pop() ?? "";
    if (name === "" || name === ".") continue;
    if (!walk.directories.includes(at)) walk.directories.push(at);
    const next = name === ".." ? dirname(at) : join(at, name);
    const target = name === ".." ? undefined : linkAt(next, at, walk);
    if (target === undefined) {
      at = next;
      continue;
    }
    if (walk.links.length > MAX_LINKS) break;
    if (target.startsWith("/")) at = "/";
    rest.push(...target.split("/").toReversed());
  }
  return walk;
}

/** The target of a symbolic link, which is added to the walk; undefined if it is not one. */
function linkAt(path: string, directory: string, { links }: PathWalk): string | undefined {
  try {
    const { isSymlink, uid } = Deno.lstatSync(path);
    if (!isSymlink) return undefined;
    const target = Deno.readLinkSync(path);
    links.push({ path, directory, uid: uid ?? undefined });
    return target;
  } catch {
    return undefined; // missing, or not permitted: the caller's own opening says so
  }
}
