import { assertEquals } from "@std/assert";
import { describeTotal, partsOf } from "./parts.ts";

const TESTS = new URL(".", import.meta.url).pathname;

Deno.test("the whole suite runs in two parts, one of them the labs; anything less in one", () => {
  const [labs, rest] = partsOf([TESTS], [], 2);
  assertEquals(labs, [`${TESTS}lab`]);
  assertEquals([rest.includes(`${TESTS}fuzz`), rest.includes(`${TESTS}parts_test.ts`)], [
    true,
    true,
  ]);
  assertEquals(partsOf([TESTS], [], 1), [[TESTS]]);
  assertEquals(partsOf(["tests/lab/", "tests/fuzz/"], [], 2), [["tests/lab/", "tests/fuzz/"]]);
});

Deno.test("what --ignore names is in no part", () => {
  const [, rest] = partsOf([TESTS], ["--ignore=tests/fuzz,tests/run_test.ts", "--quiet"], 2);
  assertEquals(["fuzz", "run_test.ts", "ffi"].map((name) => rest.includes(TESTS + name)), [
    ...[false, false, true],
  ]);
});

Deno.test("the total counts passed and failed tests of both reports, without skipped ones", () => {
  const head = (tests: number, failures: number): string =>
    `<testsuites name="deno test" tests="${tests}" failures="${failures}" errors="0" time="1">`;
  const report = `${head(5, 0)}<testcase><skipped/></testcase>`;
  assertEquals(describeTotal([report, head(3, 0)]), "ok | 7 passed | 0 failed (both parts)");
  assertEquals(describeTotal([report, head(3, 1)]), "FAILED | 6 passed | 1 failed (both parts)");
});
