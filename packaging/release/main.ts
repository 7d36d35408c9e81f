/**
 * `deno task release [--out FOLDER] [--deno PATH] [--denort PATH]…`: makes all artefacts of a
 * release in dist/. Says what it could not make, and why, and then ends with exit code 1.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../bundle.ts";
import { type Outcome, release } from "./release.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const MIB = 1_024 ** 2;

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      out: { type: "string", default: "dist" },
      deno: { type: "string", default: Deno.execPath() },
      denort: { type: "string", multiple: true, default: [] },
    },
  });
  const given = Deno.env.get("DENORT_BIN");
  const bases = [...values.denort, ...(given === undefined ? [] : [given])].map((one) =>
    resolve(one)
  );
  const output = resolve(values.out);
  const bundled = `${output}/bundle`;
  await Deno.remove(bundled, { recursive: true }).catch(() => undefined);
  await bundle(bundled);
  const compiler = { deno: values.deno, bases };
  const outcome = await release({ root: ROOT, bundle: bundled, output, compiler, quick: false });
  await print(describe(outcome, output));
  return outcome.missing.length === 0 ? 0 : 1;
}

function describe({ made, missing }: Outcome, output: string): string {
  const lines = made.map((name) => {
    const { size } = Deno.statSync(`${output}/${name}`);
    return `${(size / MIB).toFixed(1).padStart(8)} MiB  ${output}/${name}`;
  });
  return [...lines, ...missing.map((line) => `not made: ${line}`)].join("\n");
}

async function print(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) {
  Deno.exit(
    await main(Deno.args).catch(async (error) => {
      await print(`Cannot make the release: ${error instanceof Error ? error.message : error}`);
      return 1;
    }),
  );
}
