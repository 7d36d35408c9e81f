/** The last release's program, from the repository's history, for tests that run both versions. */
import { type Release, releasesIn } from "../../packaging/changelog.ts";
import { output } from "../compiled/base.ts";
import { fetchProgram } from "../lab/dependencies.ts";
import { installed } from "../lab/process.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
/** Environment variables: the last release's version, the folder with its sources. */
const VERSION = "PPPOE_TEST_LAST_VERSION";
const FOLDER = "PPPOE_TEST_LAST_RELEASE";
/** Environment variable with the reason why it is not there. */
const OBSTACLE = "PPPOE_TEST_NO_LAST_RELEASE";
/** What a copy without Git's history lacks; no package brings it. */
export const HISTORY = "the history of the repository, as `git fetch --unshallow` gets it";

/** The last release; `folder` has its sources. */
export const lastRelease = {
  version: Deno.env.get(VERSION) ?? "",
  folder: Deno.env.get(FOLDER) ?? "",
};

/** Why the last release cannot be run; undefined if it can. */
export const lastReleaseObstacle: string | undefined = lastRelease.folder !== ""
  ? undefined
  : Deno.env.get(OBSTACLE) ?? "`deno task test`, which unpacks the last release";

/** Unpacks the last release below a folder, and fetches its dependencies; sets the environment. */
export async function prepareLastRelease(parent: string): Promise<void> {
  try {
    const { version, ref } = await newest(await Deno.readTextFile(`${ROOT}CHANGELOG.md`));
    const folder = `${parent}/release`;
    await Deno.mkdir(folder);
    const unpack = 'git -c "safe.directory=*" archive "$1" | tar -x -C "$2"';
    await output("sh", ["-ec", unpack, "sh", ref, folder], { cwd: ROOT });
    if (!await fetchProgram(folder)) throw new Error(`the dependencies of ${version}`);
    Deno.env.set(VERSION, version);
    Deno.env.set(FOLDER, folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    Deno.env.set(OBSTACLE, reason.replace(/[()]/g, ""));
  }
}

/** The newest release that is older than the checked out commit. */
async function newest(changelog: string): Promise<Release> {
  const git = (...args: string[]): Promise<string> =>
    output("git", ["-c", "safe.directory=*", ...args], { cwd: ROOT });
  if (!installed("git")) throw new Error("git");
  const commitOf = (ref: string): Promise<string> =>
    git("rev-parse", "--verify", "--quiet", `${ref}^{commit}`).catch(() => "");
  const current = await commitOf("HEAD");
  for (const release of releasesIn(changelog)) {
    const commit = await commitOf(release.ref);
    if (commit !== "" && commit !== current) return release;
  }
  throw new Error(HISTORY);
}
