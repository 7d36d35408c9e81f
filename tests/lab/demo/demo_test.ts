import { assert, assertEquals } from "@std/assert";
import { insideLab } from "../namespace.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;
const DEMO = new URL("demo.ts", import.meta.url).pathname;
const FIRST = "pppoe-proxy: a PPPoE line";
const LAST = "Done: all processes, interfaces and files have been removed.";
const STATUS = "$ pppoe-proxy status";
const AFTER_STATUS = "The customer hangs up";

/** The demo's output in the README: a block that is indented by four spaces. */
function shownInReadme(): string[] {
  const lines = Deno.readTextFileSync(`${ROOT}README.md`).split("\n");
  const first = lines.findIndex((line) => line.startsWith(`    ${FIRST}`));
  const last = lines.findIndex((line) => line === `    ${LAST}`);
  assert(first >= 0 && last > first, "README.md has no output of the demo");
  return lines.slice(first, last + 1).map((line) => line.replace(/^ {4}/, ""));
}

/** What does not change from run to run. */
function shapes(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line
      .replace(/\/tmp\/[^ /]+/g, "FOLDER")
      .replace(/[0-9a-f]{2}(?::[0-9a-f]{2}){5}/g, "MAC")
      .replace(/process: \d+/, "process: N") // of any length, unlike what is in hex
      .replace(/\b[0-9a-f]{4,}(?=…|$|,)/g, "HEX")
      .replace(/\d[\d,.]*/g, "N")
      .replace(/\bN [kKMG]?i?(?=B\b|bit\/s)/g, "N ")
      .replace(/ (?:-|N ms)(?= )/g, " N") // a round trip, measured or not yet
      .replace(/ +/g, " ")
  );
}

/** Divides lines into those of `status` and the others. */
function divided(lines: readonly string[]): { status: string[]; others: string[] } {
  const [from, to] = [lines.indexOf(STATUS), lines.indexOf(AFTER_STATUS)];
  assert(from >= 0 && to > from, lines.join("\n"));
  return { status: lines.slice(from, to), others: [...lines.slice(0, from), ...lines.slice(to)] };
}

Deno.test({
  name: "the demo dials, survives a kill and measures, as the README shows, in 80 columns",
  ignore: !insideLab(),
  async fn() {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--cached-only", "--quiet", DEMO, "--seconds", "0.1"],
      env: { NO_COLOR: "1" },
      signal: AbortSignal.timeout(300_000),
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    assertEquals(lines.filter((line) => [...line].length > 80), []);
    const [printed, shown] = [lines, shownInReadme()].map((all) => divided(shapes(all)));
    assertEquals(printed.others, shown.others);
    // A machine may have problems that `status` adds, such as a clock that is wrong.
    assertEquals(printed.status.filter((line) => shown.status.includes(line)), shown.status);
  },
});

Deno.test("the figures at the head of the README are those of docs/performance.md", () => {
  const [head] = Deno.readTextFileSync(`${ROOT}README.md`).split("\n## ");
  const performance = Deno.readTextFileSync(`${ROOT}docs/performance.md`);
  const figures = [...head.matchAll(/\*\*([\d,.]+) /g)].map(([, figure]) => figure);
  assertEquals(figures.length, 3);
  assertEquals(figures.filter((figure) => !performance.includes(figure)), []);
});
