import { assertEquals, assertStringIncludes } from "@std/assert";
import { withFolder } from "./cli/process.ts";
import { findProgram } from "./lab/process.ts";
import { readArguments } from "./run.ts";
import { describeSkipped, skippedIn } from "./skipped.ts";

const ROOT = new URL("..", import.meta.url).pathname;
/** Programs that the runner starts and that every Debian system has. */
const ESSENTIAL = ["sh", "true", "mount", "unshare"];

/** Runs `deno task test` with only these programs in PATH. */
async function runBare(...args: string[]): Promise<{ code: number; text: string }> {
  let outcome = { code: -1, text: "" };
  await withFolder(async (folder) => {
    for (const program of ESSENTIAL) {
      await Deno.symlink(findProgram(program) ?? program, `${folder}/${program}`);
    }
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--cached-only", "--quiet", `${ROOT}tests/run.ts`, ...args],
      env: { PATH: folder, NO_COLOR: "1" },
      cwd: ROOT,
    }).output();
    const decoder = new TextDecoder();
    outcome = { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
  });
  return outcome;
}

Deno.test("what follows --filter is one pattern, and other words are one each", () => {
  const filterOf = (...args: string[]) => readArguments(args).filter?.source;
  assertEquals(filterOf("--filter", "two words"), "two words");
  assertEquals(filterOf("--filter=two words"), "two words");
  assertEquals(filterOf("--filter", "a b", "--parallel", "c"), "a b|c");
  const { options, paths } = readArguments(["tests/x_test.ts", "--filter", "a/b", "--parallel"]);
  assertEquals({ options, paths }, { options: ["--parallel"], paths: ["tests/x_test.ts"] });
  assertEquals(filterOf("tests/x_test.ts"), undefined);
});

Deno.test("P1: on a minimal system the tests pass, and the summary lists skipped tests and the remedy", async () => {
  const files = ["metrics/prometheus", "dashboard"].map((name) => `tests/admin/${name}_test.ts`);
  const { code, text } = await runBare(...files, "tests/lab/quic_test.ts");
  assertEquals(code, 0, text);
  const [, end] = text.split("4 tests were skipped:\n");
  assertStringIncludes(
    end,
    "  needs promtool\n    tests/admin/",
  );
  assertStringIncludes(
    end,
    "  needs a lab: ip, Debian's package iproute2\n    tests/lab/quic_test.ts: ",
  );
  assertStringIncludes(end, "task test --install-peers");
});

Deno.test("P1: if the packages cannot be installed, --install-peers fails and names them", async () => {
  const { code, text } = await runBare("--install-peers", "tests/admin/metrics/prometheus_test.ts");
  assertEquals(code, 1);
  assertStringIncludes(text, "apt-get not found; install these: bash bsdutils buildah");
});

Deno.test("skipped tests are listed by what they need, including those without a reason", () => {
  const skipped = skippedIn(`<testsuite>
    <testcase name="it&apos;s &lt;a&gt; (needs fish, zsh)" classname="./a_test.ts" line="1">
      <skipped/></testcase>
    <testcase name="b" classname="./a_test.ts" line="2">
    </testcase>
    <testcase name="c" classname="./b_test.ts" line="3">
      <skipped/></testcase></testsuite>`);
  assertEquals(
    describeSkipped(skipped, undefined),
    `2 tests were skipped:
  needs fish, zsh
    a_test.ts: it's <a>
  no reason given
    b_test.ts: c`,
  );
});
