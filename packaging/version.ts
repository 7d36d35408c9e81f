/**
 * `deno task version X.Y.Z`: makes the unreleased changes in CHANGELOG.md those of a version, and
 * writes it to deno.json and the manual pages. It commits nothing.
 */
import { withRelease } from "./changelog.ts";

const ROOT = new URL("..", import.meta.url);
const CHANGELOG = new URL("CHANGELOG.md", ROOT);
const MANIFEST = new URL("deno.json", ROOT);

async function main([version]: readonly string[]): Promise<void> {
  if (version === undefined) throw new Error("Usage: deno task version X.Y.Z");
  const today = new Date().toISOString().slice(0, 10);
  const changelog = withRelease(await Deno.readTextFile(CHANGELOG), version, today);
  const manifest = await Deno.readTextFile(MANIFEST);
  await Deno.writeTextFile(CHANGELOG, changelog);
  await Deno.writeTextFile(MANIFEST, manifest.replace(/("version": )"[^"]*"/, `$1"${version}"`));
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "man"],
    cwd: ROOT,
  }).spawn().status;
  if (!success) throw new Error("The manual pages could not be written: run deno task man");
}

if (import.meta.main) {
  await main(Deno.args).catch((error) => {
    // deno-lint-ignore no-console -- the output of a task
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  });
}
