/** The files of the project, for tests that read them. */

/** The project's directory, with a slash at its end. */
export const ROOT = new URL("..", import.meta.url).pathname;

const SCRIPTS = /\.[jt]s$/;

/** Paths of a directory's files of a kind, at any depth, from the project's root. */
export function* sources(folder: string, kind = SCRIPTS): Generator<string> {
  for (const entry of Deno.readDirSync(ROOT + folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path, kind);
    else if (kind.test(path)) yield path;
  }
}
