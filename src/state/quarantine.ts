/** Quarantines a store that cannot be used, for later inspection. */

/** Why a store was quarantined; part of the file's new name. */
export type Fault = "damaged" | "version" | "identity";

/** A quarantined store: its new path, and why it could not be used. */
export interface Quarantine {
  file: string;
  fault: Fault;
  /** The end of a sentence, such as `it is not a database`. */
  reason: string;
}

/** Number of quarantined stores to keep; older ones are deleted. */
const KEPT = 3;

/** The files of one database (sqlite.org/tempfiles.html). */
const SUFFIXES = ["", "-journal", "-wal", "-shm"];

const NAME = /\.(?:damaged|version|identity)-(\d{8}T\d{9}Z)(?:-journal|-wal|-shm)?$/;

/** Renames the files of the database `path`. Throws the operating system's errors. */
export function quarantine(path: string, fault: Fault, reason: string, now: number): Quarantine {
  const file = `${path}.${fault}-${stampAfter(path, now)}`;
  for (const suffix of SUFFIXES) {
    try {
      Deno.renameSync(path + suffix, file + suffix);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  removeOldest(path);
  return { file, fault, reason };
}

/**
 * Returns a time later than those of all quarantined stores, even if the clock went back, because
 * the oldest are deleted.
 */
function stampAfter(path: string, now: number): string {
  const newest = quarantinedFiles(path).map(timeOf).sort().at(-1);
  const at = Math.max(now, (Date.parse(isoOf(newest ?? "")) || 0) + 1);
  return new Date(at).toISOString().replace(/[-:.]/g, "");
}

function removeOldest(path: string): void {
  const found = quarantinedFiles(path);
  const times = [...new Set(found.map(timeOf))].sort();
  const old = new Set(times.slice(0, -KEPT));
  const folder = path.slice(0, path.lastIndexOf("/"));
  for (const name of found) {
    if (old.has(timeOf(name))) Deno.removeSync(`${folder}/${name}`, { recursive: true });
  }
}

/** Names of all files of quarantined databases. */
function quarantinedFiles(path: string): string[] {
  const slash = path.lastIndexOf("/");
  return [...Deno.readDirSync(path.slice(0, slash))].map(({ name }) => name)
    .filter((name) => name.startsWith(`${path.slice(slash + 1)}.`) && NAME.test(name));
}

function timeOf(name: string): string {
  return NAME.exec(name)?.[1] ?? "";
}

/** Converts `20261124T104135123Z` to the form that Date parses. */
function isoOf(stamp: string): string {
  return stamp.replace(/(....)(..)(..)T(..)(..)(..)(...)Z/, "$1-$2-$3T$4:$5:$6.$7Z");
}
