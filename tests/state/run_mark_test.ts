import { assertEquals } from "@std/assert";
import { Recent } from "../../src/daemon/recent.ts";
import { noteEarlierProcess } from "../../src/daemon/earlier_process.ts";
import { failureConditions } from "../../src/daemon/failure_conditions.ts";
import { RUN_FILE, RunMark } from "../../src/state/run_mark.ts";

/** A directory for a test. */
function directory() {
  const path = Deno.makeTempDirSync();
  const file = `${path}/${RUN_FILE}`;
  return { path, file, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

Deno.test("a process that stops leaves no mark; one that does not is known to have been killed", () => {
  using where = directory();
  const first = new RunMark(where.path);
  assertEquals(first.begin(), undefined);
  assertEquals((Deno.statSync(where.file).mode ?? 0) & 0o777, 0o600);
  first.end();
  assertEquals([...Deno.readDirSync(where.path)], []);
  for (const before of [undefined, "killed", "killed"]) {
    assertEquals(new RunMark(where.path).begin(), before);
  }
});

Deno.test("after another start of the machine it was the machine that did not stop", () => {
  using where = directory();
  new RunMark(where.path, "first").begin();
  assertEquals(new RunMark(where.path, "second").begin(), "machine-reset");
});

Deno.test("what is no mark is none, and a directory that cannot be written is not reported here", () => {
  using where = directory();
  Deno.writeTextFileSync(where.file, "x".repeat(1_000));
  assertEquals(new RunMark(where.path).begin(), undefined);
  Deno.removeSync(where.file);
  Deno.symlinkSync("/etc/hostname", where.file);
  assertEquals(new RunMark(where.path).begin(), undefined);
  const missing = new RunMark(`${where.path}/missing`);
  assertEquals(missing.begin(), undefined);
  missing.end();
});

Deno.test("a process that did not stop is a problem for an hour", () => {
  const clock = { now: 0 };
  const recent = new Recent(() => clock.now, () => clock.now);
  const found = () => failureConditions("server", "wan0", recent).map(({ code }) => code);
  for (const end of [undefined, "machine-reset"] as const) {
    noteEarlierProcess(end, recent); // a machine may be switched off
    assertEquals(found(), []);
  }
  noteEarlierProcess("killed", recent);
  assertEquals(found(), ["crashed"]);
  clock.now += 3_600_000;
  assertEquals(found(), []);
});
