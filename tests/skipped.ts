/** Which tests a run has skipped, and why. */
import { REASON } from "./needs.ts";

/** A test that was not run. */
export interface Skipped {
  file: string;
  name: string;
  /** What it needs; undefined where its name does not say. */
  reason: string | undefined;
}

const CASE = /<testcase name="([^"]*)" classname="([^"]*)"[^>]*>\s*<skipped/g;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  apos: "'",
  quot: '"',
};

function unescape(text: string): string {
  return text.replace(
    /&(?:#(\d+)|(\w+));/g,
    (whole, code, name) =>
      code === undefined ? ENTITIES[name] ?? whole : String.fromCodePoint(Number(code)),
  );
}

/** Reads the report of `deno test --junit-path`. */
export function skippedIn(report: string): Skipped[] {
  return [...report.matchAll(CASE)].map(([, name, file]) => {
    const whole = unescape(name);
    return {
      file: unescape(file).replace(/^\.\//, ""),
      name: whole.replace(REASON, ""),
      reason: REASON.exec(whole)?.[1],
    };
  });
}

/** Names each skipped test, by what it needs. `labs` is why there are no labs, if there are none. */
export function describeSkipped(skipped: readonly Skipped[], labs: string | undefined): string {
  const unnamed = labs === undefined ? "no reason is given" : `needs a lab: ${labs}`;
  const groups = Map.groupBy(
    skipped,
    ({ reason }) => reason === undefined ? unnamed : `needs ${reason}`,
  );
  const tests = skipped.length === 1 ? "1 test was" : `${skipped.length} tests were`;
  const lines = [...groups].flatMap(([reason, group]) => [
    `  ${reason}`,
    ...group.map(({ file, name }) => `    ${file}: ${name}`),
  ]);
  return [`${tests} skipped:`, ...lines].join("\n");
}
