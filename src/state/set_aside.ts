/** Moves a store that cannot be used out of the way, for a person to look at. */

/** Why a store was set aside; part of the file's new name. */
export type Fault = "damaged" | "version" | "identity";

/** Where a store that could not be used now lies, and why. */
export interface SetAside {
  file: string;
  fault: Fault;
  /** A sentence's end: `it is not a database`. */
  reason: string;
}

/** Stores set aside that are kept; the oldest go. */
const KEPT = 3;

/** The files of one database (sqlite.org/tempfiles.html). */
const SUFFIXES = ["", "-journal", "-wal", "-shm"];

const NAME = /\.(?:damaged|version|identity)-(\d{8}T\d{9}Z)(?:-journal|-wal|-shm)?$/;

/** Renames the files of the database `path`; throws what the operating system says. */
export function setAside(path: string, fault: Fault, reason: string, now: number): SetAside {
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

/** A time later than those of all others, even where the clock has gone back: the oldest go. */
function stampAfter(path: string, now: number): string {
  const newest = setAsideFiles(path).map(timeOf).sort().at(-1);
  const at = Math.max(now, (Date.parse(isoOf(newest ?? "")) || 0) + 1);
  return new Date(at).toISOString().replace(/[-:.]/g, "");
}

function removeOldest(path: string): void {
  const found = setAsideFiles(path);
  const times = [...new Set(found.map(timeOf))].sort();
  const old = new Set(times.slice(0, -KEPT));
  const folder = path.slice(0, path.lastIndexOf("/"));
  for (const name of found) {
    if (old.has(timeOf(name))) Deno.removeSync(`${folder}/${name}`, { recursive: true });
  }
}

/** Names of all files that belong to databases set aside. */
function setAsideFiles(path: string): string[] {
  const slash = path.lastIndexOf("/");
  return [...Deno.readDirSync(path.slice(0, slash))].map(({ name }) => name)
    .filter((name) => name.startsWith(`${path.slice(slash + 1)}.`) && NAME.test(name));
}

function timeOf(name: string): string {
  return NAME.exec(name)?.[1] ?? "";
}

/** `20261124T104135123Z` in the form that Date reads. */
function isoOf(stamp: string): string {
  return stamp.replace(/(....)(..)(..)T(..)(..)(..)(...)Z/, "$1-$2-$3T$4:$5:$6.$7Z");
}
