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
  const file = freeName(`${path}.${fault}`, now);
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

function freeName(stem: string, now: number): string {
  for (let time = now;; time++) {
    const name = `${stem}-${new Date(time).toISOString().replace(/[-:.]/g, "")}`;
    if (SUFFIXES.every((suffix) => !exists(name + suffix))) return name;
  }
}

function removeOldest(path: string): void {
  const slash = path.lastIndexOf("/");
  const folder = path.slice(0, slash);
  const stem = path.slice(slash + 1);
  const found = [...Deno.readDirSync(folder)].filter(({ name }) =>
    name.startsWith(`${stem}.`) && NAME.test(name)
  );
  const timeOf = (name: string): string => NAME.exec(name)?.[1] ?? "";
  const times = [...new Set(found.map(({ name }) => timeOf(name)))].sort();
  const old = new Set(times.slice(0, -KEPT));
  for (const { name } of found) {
    if (old.has(timeOf(name))) Deno.removeSync(`${folder}/${name}`, { recursive: true });
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
