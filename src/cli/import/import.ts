import { join } from "node:path";
import { parseAddress } from "../../config/addresses.ts";
import { sentence } from "../../config/finding.ts";
import { ConfigError } from "../../config/config_error.ts";
import { parseConfig } from "../../config/load.ts";
import { readText } from "../../config/read_config.ts";
import type { Address } from "../../config/types.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { type NewFile, writeNewFiles } from "../keygen/new_file.ts";
import { printLine } from "../terminal/output.ts";
import { commandsIn, MAX_TEXT } from "./command_words.ts";
import { clientToml, serverToml } from "./configurations.ts";
import { endsOf } from "./foreign_ends.ts";
import { ImportError } from "./import_error.ts";
import { type LinePlan, planLine } from "./line_plan.ts";

/**
 * `import FILE [FILE]`: reads the command lines of pppoeproxy or pppoe-relay in services, scripts
 * or standard input, and writes the configurations of both ends.
 */
export async function importCommand({ positionals, values }: Arguments): Promise<number> {
  if (positionals.length === 0) {
    throw new UsageError("No file given: import FILE, or import - to read from standard input");
  }
  const connect = readConnect(values.get("connect"));
  const folder = values.get("out-dir") ?? ".";
  const texts = await Promise.all(positionals.map(readFile));
  const commands = texts.flatMap((text, at) => inFile(positionals[at], () => commandsIn(text)));
  if (commands.length === 0) {
    throw new Error(
      `Cannot import ${positionals.map((file) => `"${file}"`).join(" and ")}: ` +
        "no command of pppoeproxy or pppoe-relay is in it",
    );
  }
  const plan = planLine(endsOf(commands), {
    name: values.get("name"),
    lan: values.get("lan"),
    wan: values.get("wan"),
    connect,
  });
  const files = filesOf(plan, folder);
  await writeNewFiles(files);
  await printLine(nextSteps(plan, files));
  return 0;
}

function readConnect(text: string | undefined): Address | undefined {
  if (text === undefined) return undefined;
  const address = parseAddress(text);
  if (!("words" in address)) return address;
  throw new UsageError(`Cannot use "${text}" for --connect: ${sentence(address)}`);
}

async function readFile(file: string): Promise<string> {
  try {
    return await readText(file === "-" ? "/dev/stdin" : file, MAX_TEXT);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "no such file; check the path"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new Error(`Cannot read "${file}": ${reason}`, { cause: error });
  }
}

/** Adds the file to an ImportError. */
function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw new ImportError(`Cannot import "${file}": ${error.message}`);
  }
}

/** Returns the configurations, which are valid. Throws ImportError otherwise. */
function filesOf(plan: LinePlan, folder: string): NewFile[] {
  const clients = plan.clients.map((client): [string, string] => [client.name, clientToml(client)]);
  const files = [["server", serverToml(plan)], ...clients].map(([name, text]) => {
    if (name.includes("/")) throw new ImportError(`Cannot use "${name}" as a name: it has a slash`);
    return { path: join(folder, `${name}.toml`), text, mode: 0o644 };
  });
  for (const { path, text } of files) {
    try {
      parseConfig(text, path);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const reasons = error.issues.map((issue) => `${issue.path}: ${sentence(issue)}`);
      throw new ImportError(`Cannot write "${path}": ${reasons.join("; ")}`);
    }
  }
  return files;
}

function nextSteps({ clients }: LinePlan, files: readonly NewFile[]): string {
  const [{ connect: { host } }] = clients;
  return [
    `Wrote ${files.map(({ path }) => `"${path}"`).join(" and ")}. Next, in the same folder:`,
    `  pppoe-proxy keygen certificate --name ${host}`,
    ...clients.map(({ name }) => `  pppoe-proxy keygen secret ${name}.secret`),
    "Copy server.crt, the client's secret and its configuration to the client over a secure",
    "channel, such as scp. Stop the old program on both ends, then start each end:",
    ...files.map(({ path }) =>
      `  pppoe-proxy check --config ${path} && pppoe-proxy run --config ${path}`
    ),
  ].join("\n");
}
