/** What a bundle is made of besides the project's own code: known by the bundler's comments. */
import { sources } from "./bundle_files.ts";

/** A package in a bundle. */
export interface Package {
  readonly registry: "npm" | "jsr";
  readonly name: string;
  readonly version: string;
  /** SPDX licence expression that the package declares; undefined if it declares none. */
  readonly licence: string | undefined;
  /** The lines of its licence files that name who holds the copyright. */
  readonly copyright: readonly string[];
  /** SHA-512 of the archive in the registry, in hexadecimal, from deno.lock. */
  readonly sha512: string | undefined;
}

/** Where packages lie, and what deno.lock says of them. */
export interface Known {
  /** Folders in Deno's cache by `name@version`. */
  readonly folders: ReadonlyMap<string, string>;
  /** `integrity` of deno.lock by `name@version`. */
  readonly integrity: ReadonlyMap<string, string>;
}

const NPM = /^npm:(.[^@]*)@([^/]+)\//;
const JSR = /\bjsr\.io\/(@[\w-]+\/[\w-]+)\/([^/]+)\//;
const LICENCE_FILE = /^(licen[cs]e|copying|copyrightnotice)(\.\w+)?$/i;
/** Licence of Deno's standard library (its deno.json). */
const STD_LICENCE = "MIT";

/** Returns the packages in a bundle's folder, by name. Throws Error if one is not known. */
export function packagesIn(bundle: string, known: Known): Package[] {
  const found = new Map<string, Package>();
  for (const path of sources(bundle)) {
    const [, name = "", version = ""] = NPM.exec(path) ?? JSR.exec(path) ?? [];
    const id = `${name}@${version}`;
    if (name === "" || found.has(id)) continue;
    found.set(id, NPM.test(path) ? npmPackage(name, version, known) : jsrPackage(name, version));
  }
  return [...found.entries()].toSorted(([a], [b]) => a < b ? -1 : 1).map(([, one]) => one);
}

function npmPackage(name: string, version: string, known: Known): Package {
  const id = `${name}@${version}`;
  const folder = known.folders.get(id);
  if (folder === undefined) throw new Error(`The bundle has ${id}, which deno info does not list`);
  const { license } = JSON.parse(Deno.readTextFileSync(`${folder}/package.json`));
  const texts = [...Deno.readDirSync(folder)].filter((entry) => LICENCE_FILE.test(entry.name))
    .map((entry) => Deno.readTextFileSync(`${folder}/${entry.name}`));
  const [, digest] = /^sha512-(.+)$/.exec(known.integrity.get(id) ?? "") ?? [];
  return {
    registry: "npm",
    name,
    version,
    licence: typeof license === "string" ? license : undefined,
    copyright: [...new Set(texts.flatMap(copyrightLines))],
    sha512: digest && Uint8Array.fromBase64(digest).toHex(),
  };
}

function jsrPackage(name: string, version: string): Package {
  const licence = name.startsWith("@std/") ? STD_LICENCE : undefined;
  return { registry: "jsr", name, version, licence, copyright: [], sha512: undefined };
}

function copyrightLines(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) =>
    /^copyright (?:\(c\)|©|\d)/i.test(line)
  );
}
