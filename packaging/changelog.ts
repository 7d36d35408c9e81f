/** The releases in CHANGELOG.md, whose format is that of keepachangelog.com. */

/** A release: `ref` is its tag, or a commit, in Git. */
export interface Release {
  version: string;
  ref: string;
}

const UNRELEASED = "## [Unreleased]\n";
/** A definition at the end, such as `[0.2.0]: ../../compare/v0.1.0...v0.2.0`. */
const LINK = /^\[(\d+\.\d+\.\d+)\]: \.\.\/\.\.\/(?:tree\/|compare\/\S+\.\.\.)(\S+)$/gm;
const UNRELEASED_LINK = /^\[Unreleased\]: .*$/m;

/** Returns the releases in a changelog, the newest first. */
export function releasesIn(changelog: string): Release[] {
  return [...changelog.matchAll(LINK)].map(([, version, ref]) => ({ version, ref }));
}

/**
 * Returns the changelog with its unreleased changes as those of a version, which gets the tag
 * `vVERSION`. Throws Error if there are none, or if the version is not above the newest.
 *
 * @param date As YYYY-MM-DD.
 */
export function withRelease(changelog: string, version: string, date: string): string {
  const [newest] = releasesIn(changelog);
  if (!isAbove(version, newest.version)) {
    throw new Error(`Version "${version}": use a version above ${newest.version}, such as 1.2.3`);
  }
  const [, after = ""] = changelog.split(UNRELEASED);
  if (/^\s*(?:## |\[)/.test(after)) {
    throw new Error("CHANGELOG.md has nothing below [Unreleased]: write what has changed");
  }
  const links = [
    `[Unreleased]: ../../compare/v${version}...HEAD`,
    `[${version}]: ../../compare/${newest.ref}...v${version}`,
  ];
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n## [${version}] - ${date}\n`)
    .replace(UNRELEASED_LINK, links.join("\n"));
}

/** Whether a version is valid and above another (semver.org, without pre-releases). */
function isAbove(version: string, other: string): boolean {
  if (!/^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$/.test(version)) return false;
  const [one, two] = [version, other].map((text) => text.split(".").map(Number));
  const at = one.findIndex((part, index) => part !== two[index]);
  return at >= 0 && one[at] > two[at];
}
