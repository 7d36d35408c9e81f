/** Tests that a run skipped, and why. */
import { REASON } from "./needs.ts";

/** A skipped test. */
export interface Skipped {
  file: string;
  name: string;
  /** What it needs; undefined if its name has no reason. */
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

/** Returns the skipped tests in a report of `deno test --junit-path`. */
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

/** Lists skipped tests by what they need. `labs` is why labs cannot run; undefined if they can. */
export function describeSkipped(skipped: readonly Skipped[], labs: string | undefined): string {
  const unnamed = labs === undefined ? "no reason given" : `needs a lab: ${labs}`;
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
