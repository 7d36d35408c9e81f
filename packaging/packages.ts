import { resolve } from "node:path";

/** A package in the output of `deno info --json`. */
export interface NpmPackage {
  name: string;
  version: string;
  /** Folder in Deno's cache. */
  localPath: string;
}

/** A comment of the bundler: the file that the code below it comes from. */
const SOURCE = /^\/\/ (\S+)$/gm;
/** Names of licence files; a package may have several. */
const LICENCE = /^(licen[cs]e|copying|notice|copyrightnotice)(\.\w+)?$/i;

/** The npm packages in a bundle, known by the comments that name the source files. */
export class Packages {
  #root: string;
  #known: readonly NpmPackage[];
  #found = new Set<NpmPackage>();

  /** Paths in comments are relative to `root`. */
  constructor(root: string, known: Readonly<Record<string, NpmPackage>>) {
    this.#root = root;
    this.#known = Object.values(known);
  }

  /**
   * Returns bundled code whose comments name packages instead of paths in the cache of the machine
   * that bundled it, and notes these packages. The lines stay the same.
   */
  name(code: string): string {
    return code.replace(SOURCE, (comment, path) => {
      const source = resolve(this.#root, path);
      const from = this.#known.find(({ localPath }) => source.startsWith(`${localPath}/`));
      if (from === undefined) return comment;
      this.#found.add(from);
      return `// npm:${from.name}@${from.version}${source.slice(from.localPath.length)}`;
    });
  }

  /**
   * The licences of the packages found so far, each text once. Throws Error if a package has none.
   */
  licences(): string {
    const byText = new Map<string, string[]>();
    for (const found of this.#found) {
      const text = licenceOf(found);
      byText.set(text, [...byText.get(text) ?? [], `${found.name} ${found.version}`]);
    }
    const parts = [...byText].map(([text, names]) => `${names.sort().join("\n")}\n\n${text}\n`);
    return parts.sort().join("\n\n");
  }
}

function licenceOf({ name, localPath }: NpmPackage): string {
  const files = [...Deno.readDirSync(localPath)].map((entry) => entry.name).sort();
  const texts = files.filter((file) => LICENCE.test(file))
    .map((file) => Deno.readTextFileSync(`${localPath}/${file}`).trim());
  if (texts.length === 0) {
    throw new Error(`${name} has no licence file, so the program cannot be passed on with it`);
  }
  return texts.join("\n\n");
}
