/** What Deno's base binary is made of, as far as the file itself says. */
import { Buffer } from "node:buffer";
import { runCommand } from "./run_command.ts";

/** Versions of the runtime in a compiled program. */
export interface Runtime {
  readonly deno: string;
  readonly v8: string;
  /** Rust packages whose source paths are in the program, for messages of panics. */
  readonly crates: readonly Crate[];
}

/** A Rust package. */
export interface Crate {
  readonly name: string;
  readonly version: string;
}

/** Begin of a path in Cargo's copy of crates.io; then come its hash, and the package's folder. */
const REGISTRY = "index.crates.io-";
const FOLDER = /^index\.crates\.io-[0-9a-f]+\/([A-Za-z][\w-]*?)-(\d+\.\d+\.\d+[\w.+-]*)\//;
/** Longest path that is searched for the name. */
const MOST = 160;

/** Reads the versions of a compiler, and the parts of a program that it compiled. */
export async function readRuntime(compiler: string, program: string): Promise<Runtime> {
  const text = await runCommand(compiler, ["--version"]);
  const version = (name: string): string => {
    const [, found] = new RegExp(`^${name} (\\S+)`, "m").exec(text) ?? [];
    if (found === undefined) throw new Error(`${compiler} --version does not name ${name}`);
    return found;
  };
  const crates = cratesIn(await Deno.readFile(program));
  return { deno: version("deno"), v8: version("v8"), crates };
}

/** The Rust packages that a program names, by name and version. */
export function cratesIn(program: Uint8Array<ArrayBuffer>): Crate[] {
  const bytes = Buffer.from(program.buffer, program.byteOffset, program.length);
  const found = new Map<string, Crate>();
  for (let at = bytes.indexOf(REGISTRY); at >= 0; at = bytes.indexOf(REGISTRY, at + 1)) {
    const [, name, version] = FOLDER.exec(bytes.toString("latin1", at, at + MOST)) ?? [];
    if (name !== undefined && version !== undefined) {
      found.set(`${name} ${version}`, { name, version });
    }
  }
  return [...found.entries()].toSorted(([a], [b]) => a < b ? -1 : 1).map(([, crate]) => crate);
}
