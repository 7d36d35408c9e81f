/** `report`: one archive for a bug report. */
import { printable } from "../../printable.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { CommandError } from "../exit_codes.ts";
import { openDaemon } from "../remote/ask_daemon.ts";
import { wantedConfig } from "../remote/wanted_config.ts";
import { openOutput } from "../terminal/open_output.ts";
import { printError } from "../terminal/output.ts";
import { writeFailure } from "../terminal/write_failure.ts";
import { type Part, partsOf } from "./parts.ts";
import { readme } from "./readme.ts";
import { Scrubber } from "./scrub.ts";
import { subjectOf } from "./subject.ts";
import { tar, type TarFile } from "./tar.ts";

/** Only the owner may read a report. */
const MODE = 0o600;
const TERMINAL =
  "Cannot write a report to a terminal: it is binary; name a file or pipe the output";

/** A part, and why it is missing. */
interface Outcome {
  readonly part: Part;
  readonly text?: string;
  readonly fault?: string;
}

/** Writes the archive, as far as its parts can be had, and says what is inside. */
export async function reportCommand(args: Arguments): Promise<number> {
  const now = Date.now();
  const folder = `pppoe-proxy-report-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, "")}`;
  const path = args.positionals[0] ?? `${folder}.tar.gz`;
  if (path === "-" && Deno.stdout.isTerminal()) throw new UsageError(TERMINAL);
  const daemon = await openDaemon(args).catch((error) => {
    if (error instanceof CommandError) return error;
    throw error;
  });
  try {
    const { subject, fingerprints } = await subjectOf(daemon, await wantedConfig(args));
    const isAnonymous = args.switches.has("anonymous");
    const scrubber = new Scrubber(fingerprints, isAnonymous);
    const outcomes: Outcome[] = [];
    for (const part of partsOf(subject)) outcomes.push(await read(part, scrubber));
    const contents = readme(outcomes, isAnonymous);
    const files = [{ name: "README.txt", text: contents }, ...outcomes.flatMap(fileOf)];
    await write(path, await gzip(tar(files.map((file) => entry(folder, file)), now)));
    await printError(
      `wrote ${path === "-" ? "the report" : `"${printable(path)}"`}\n${contents.trimEnd()}`,
    );
    return 0;
  } finally {
    if (!(daemon instanceof Error)) daemon[Symbol.dispose]();
  }
}

async function read(part: Part, scrubber: Scrubber): Promise<Outcome> {
  try {
    return { part, text: scrubber.scrub(await part.read()) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { part, fault: scrubber.scrub(printable(why)) };
  }
}

function fileOf({ part, text }: Outcome): { name: string; text: string }[] {
  return text === undefined ? [] : [{ name: part.name, text }];
}

function entry(folder: string, { name, text }: { name: string; text: string }): TarFile {
  return { name: `${folder}/${name}`, content: new TextEncoder().encode(text) };
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(packed).bytes();
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  if (path === "-") return await writeAll(Deno.stdout, bytes);
  using file = await openOutput(path, MODE);
  try {
    await writeAll(file, bytes);
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** Writes everything, or ends quietly when the reader of a pipe has closed. */
async function writeAll(
  to: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
