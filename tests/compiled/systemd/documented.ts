/** Commands and settings in the documents, for tests that follow them. */

const ROOT = new URL("../../..", import.meta.url).pathname;

/**
 * The lines of code under a heading of a document, up to the next heading, without comments at their
 * ends. Throws Error if there is no such heading.
 */
export function documentedLines(path: string, heading: string): string[] {
  const text = Deno.readTextFileSync(ROOT + path);
  const [, section] = new RegExp(`^#+ ${heading}\\n([^]*?)(?=^#|(?![^]))`, "m").exec(text) ?? [];
  if (section === undefined) throw new Error(`"${path}" has no heading "${heading}"`);
  return section.split("\n").filter((line) => line.startsWith("    "))
    .map((line) => line.trim().replace(/\s+#.*$/, ""));
}

/** The versions of the Debian packages in the README: the one to install, the one to upgrade to. */
export function packageVersions(): [string, string] {
  const lines = documentedLines("README.md", "Install it").join("\n");
  const [first, second] = [...lines.matchAll(/pppoe-proxy_([\d.]+)_amd64\.deb/g)];
  if (first === undefined || second === undefined) throw new Error("The README names no packages");
  return [first[1], second[1]];
}
