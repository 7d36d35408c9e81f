import { assert, assertEquals, assertThrows } from "@std/assert";
import { releasesIn, withRelease } from "../../packaging/changelog.ts";
import { ROOT } from "../sources.ts";

const changelog = Deno.readTextFileSync(`${ROOT}CHANGELOG.md`);
const { version } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));

/** The versions with a section, each with its date. */
function sectionsIn(text: string): string[][] {
  return [...text.matchAll(/^## \[(\d\S*)\] - (.*)$/gm)].map(([, ...words]) => words);
}

Deno.test("CHANGELOG.md has unreleased changes first, then versions with dates and links", () => {
  const [first] = /^## .*$/m.exec(changelog) ?? [];
  assertEquals(first, "## [Unreleased]");
  const sections = sectionsIn(changelog);
  assertEquals(sections.map(([name]) => name), releasesIn(changelog).map(({ version }) => version));
  for (const [, date] of sections) assert(!Number.isNaN(Date.parse(date)), date);
  assertEquals(sections.length, changelog.match(/^## \[\d/gm)?.length);
});

Deno.test("the version in deno.json is the newest in CHANGELOG.md", () => {
  assertEquals(sectionsIn(changelog)[0][0], version);
});

const BEFORE = `# Changelog

## [Unreleased]

### Added

- A thing.

## [0.9.0] - 2026-01-01

The first version.

[Unreleased]: ../../compare/abc...HEAD
[0.9.0]: ../../tree/abc
`;

Deno.test("a release moves the unreleased changes to its section, and continues the links", () => {
  const after = withRelease(BEFORE, "0.10.0", "2026-02-03");
  assertEquals(
    after,
    `# Changelog

## [Unreleased]

## [0.10.0] - 2026-02-03

### Added

- A thing.

## [0.9.0] - 2026-01-01

The first version.

[Unreleased]: ../../compare/v0.10.0...HEAD
[0.10.0]: ../../compare/abc...v0.10.0
[0.9.0]: ../../tree/abc
`,
  );
  assertEquals(releasesIn(after), [
    { version: "0.10.0", ref: "v0.10.0" },
    { version: "0.9.0", ref: "abc" },
  ]);
  assertThrows(() => withRelease(after, "0.10.1", "2026-02-04"), Error, "nothing below");
});

Deno.test("a release needs a version above the newest", () => {
  for (const wrong of ["0.9.0", "0.8.9", "0.10", "v0.10.0", "0.10.0-rc.1", "00.10.0", ""]) {
    assertThrows(() => withRelease(BEFORE, wrong, "2026-02-03"), Error, "above 0.9.0", wrong);
  }
  for (const right of ["0.9.1", "0.10.0", "1.0.0"]) withRelease(BEFORE, right, "2026-02-03");
});
