/** The version and commit of the program. */
import manifest from "../deno.json" with { type: "json" };
import { gitCommit } from "./git_commit.ts";

/** In place of this, `packaging/bundle.ts` writes the commit of a bundle; nothing if unknown. */
const BUNDLED_COMMIT: string = "@COMMIT@";
/** Digits of a commit in a text for people. */
const SHORT = 12;

/** The version in `deno.json` (semver.org). */
export const VERSION: string = manifest.version;

let known: { commit: string | undefined } | undefined;

/** Returns the commit in hexadecimal; `…-modified` if files were changed since; null if unknown. */
export function commit(): string | null {
  known ??= { commit: findCommit() };
  return known.commit ?? null;
}

function findCommit(): string | undefined {
  if (!BUNDLED_COMMIT.startsWith("@")) return BUNDLED_COMMIT || undefined;
  return import.meta.dirname && gitCommit(`${import.meta.dirname}/..`);
}

/** Returns the version for people, such as `0.1.0 (5513ea3c06f3)`. */
export function versionText(): string {
  const short = commit()?.replace(/^(\w+)/, (id) => id.slice(0, SHORT));
  return short === undefined ? VERSION : `${VERSION} (${short})`;
}
