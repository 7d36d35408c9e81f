/**
 * `deno task test [--install-peers] [FILTER…]`: all tests, in a private network namespace. Arguments
 * go to `deno test`; those that are no option and no path filter by name. A test that needs what the
 * machine does not have is skipped; the end says which and why. With `--install-peers` Debian's
 * packages are installed first, and a skipped test is a failure.
 */
import { installPeers } from "./install_peers.ts";
import { fetchDependencies } from "./lab/dependencies.ts";
import { labObstacle, runDeno, runInNamespace } from "./lab/namespace.ts";
import { describeSkipped, type Skipped, skippedIn } from "./skipped.ts";

const TESTS = new URL(".", import.meta.url).pathname;
const INSTALL = "--install-peers";
const HOW_TO =
  `Install what is missing with \`npx -y deno@2.9.6 task test ${INSTALL}\`, on Debian as root.`;

function* testFiles(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) yield* testFiles(`${path}/`);
    else if (entry.name.endsWith("_test.ts")) yield path;
  }
}

function testArguments(args: readonly string[]): string[] {
  const paths = args.filter((arg) => /\.ts$|\//.test(arg) && !arg.startsWith("-"));
  const options = args.filter((arg) => arg.startsWith("-"));
  const words = args.filter((arg) => !paths.includes(arg) && !options.includes(arg));
  const filter = words.length === 0 ? [] : ["--filter", `/${words.map(escape).join("|")}/`];
  return [...options, ...filter, ...(paths.length === 0 ? [TESTS] : paths)];
}

function escape(text: string): string {
  return text.replace(/[^\w ]/g, "\\$&");
}

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

/** Runs the tests; their exit code and what was skipped. */
async function runTests(args: readonly string[], labs: boolean): Promise<[number, Skipped[]]> {
  const report = await Deno.makeTempFile({ prefix: "pppoe-proxy-tests-", suffix: ".xml" });
  try {
    const command = ["test", "-A", "--cached-only", `--junit-path=${report}`];
    const words = [...command, ...testArguments(args)];
    const code = await (labs ? runInNamespace(words) : runDeno(words));
    return [code, skippedIn(await Deno.readTextFile(report))];
  } finally {
    await Deno.remove(report);
  }
}

async function main(args: readonly string[]): Promise<number> {
  const complete = args.includes(INSTALL);
  if (complete) await installPeers();
  if (!await fetchDependencies([...testFiles(TESTS)])) return 1;
  const obstacle = await labObstacle();
  const rest = args.filter((arg) => arg !== INSTALL);
  const [code, skipped] = await runTests(rest, obstacle === undefined);
  if (skipped.length === 0) return code;
  await say(`\n${describeSkipped(skipped, obstacle)}`);
  if (!complete) await say(HOW_TO);
  else await say(`With ${INSTALL} none may be skipped.`);
  return complete ? code || 1 : code;
}

if (import.meta.main) {
  Deno.exit(
    await main(Deno.args).catch(async (error) => {
      await say(error instanceof Error ? error.message : String(error));
      return 1;
    }),
  );
}
