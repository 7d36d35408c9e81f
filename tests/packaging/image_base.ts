import { dirname } from "node:path";
import { findProgram, runCommand } from "../lab/process.ts";

/** Paths that container runtimes mount, or that programs expect. */
const FOLDERS = ["dev", "etc", "proc", "tmp", "usr/bin"];

/**
 * Lays the files of a base image: programs of this machine in /usr/bin, and the libraries that they
 * and `others` load.
 */
export async function layBase(
  folder: string,
  programs: readonly string[],
  others: readonly string[] = [],
): Promise<void> {
  for (const path of FOLDERS) await Deno.mkdir(`${folder}/${path}`, { recursive: true });
  await Deno.symlink("usr/bin", `${folder}/bin`);
  const libraries = new Set<string>();
  for (const program of [...programs.map(pathOf), ...others]) {
    const listed = await runCommand("ldd", program);
    for (const [path] of listed.matchAll(/\/\S+/g)) libraries.add(path);
  }
  for (const program of programs) {
    await Deno.copyFile(pathOf(program), `${folder}/usr/bin/${program}`);
  }
  for (const path of libraries) {
    await Deno.mkdir(dirname(folder + path), { recursive: true });
    await Deno.copyFile(path, folder + path);
  }
}

function pathOf(program: string): string {
  const path = findProgram(program);
  if (path === undefined) throw new Error(`${program} is not installed`);
  return path;
}
