/**
 * `deno run -A packaging/bundle.ts FOLDER`, a step of `deno task compile`: writes the program as a
 * few JavaScript files, `main.js` first, with the licences of the packages in them.
 *
 * `deno compile` alone embeds whole packages, which the program then holds in memory as long as it
 * runs, and hundreds of modules, which it links at each start. Code that only some commands need
 * stays in files of its own (code splitting), which load when they are imported.
 */
import { resolve } from "node:path";
import { gitCommit } from "../src/git_commit.ts";
import { Packages } from "./packages.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const ENTRY = "main.ts";
/** Entry of a server's further threads, which the program finds by its path. */
const THREAD = "src/shards/shard_worker.ts";
const THREAD_BUNDLED = THREAD.replace(/ts$/, "js");
/** That path in the sources, and in the bundle, where the importing file is at the top. */
const [THREAD_IN_SOURCE, THREAD_IN_BUNDLE] = ['"./shard_worker.ts"', `"./${THREAD_BUNDLED}"`];

/** What stands for the commit in `src/version.ts`. */
const COMMIT_IN_SOURCE = '"@COMMIT@"';

/** Bundles the program into a directory that is empty or absent. Throws Error if that fails. */
export async function bundle(folder: string): Promise<void> {
  await deno("bundle", "--platform", "deno", "--code-splitting", "--outdir", folder, ENTRY, THREAD);
  const info = await deno("info", "--json", ENTRY);
  const packages = new Packages(ROOT, JSON.parse(info).npmPackages);
  const commit = JSON.stringify(await commitOfSources());
  const top = [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile).map(({ name }) => name);
  for (const name of [...top, THREAD_BUNDLED]) {
    const path = `${folder}/${name}`;
    const code = packages.name(await Deno.readTextFile(path));
    const bundled = code.replaceAll(THREAD_IN_SOURCE, THREAD_IN_BUNDLE)
      .replaceAll(COMMIT_IN_SOURCE, commit);
    await Deno.writeTextFile(path, bundled);
  }
  await Deno.writeTextFile(`${folder}/licences.txt`, packages.licences());
}

/**
 * Returns the commit of the sources, with `-modified` if Git finds changed files; empty without a
 * commit, as in an unpacked archive.
 */
async function commitOfSources(): Promise<string> {
  const commit = gitCommit(ROOT);
  if (commit === undefined) return "";
  return await isModified() ? `${commit}-modified` : commit;
}

/** Whether Git finds changed files; where it is not installed, nobody knows. */
async function isModified(): Promise<boolean> {
  const args = ["-c", "safe.directory=*", "diff-index", "--quiet", "HEAD"];
  const git = new Deno.Command("git", { args, cwd: ROOT, stderr: "null" });
  const { code } = await Promise.try(() => git.output()).catch(() => ({ code: 0 }));
  return code === 1;
}

/** Runs a command of Deno in the repository; returns its output. */
async function deno(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [command, "--quiet", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`deno ${command} failed: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout);
}

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) throw new Error("Usage: deno run -A packaging/bundle.ts FOLDER");
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await bundle(resolve(folder));
}
