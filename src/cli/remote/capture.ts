/** `capture --write FILE`: captures the frames that a daemon forwards. */
import { blocksOf, BlockSplitter, droppedOf } from "../../capture/blocks.ts";
import { FileRing } from "../../capture/file_ring.ts";
import { BLOCK_PACKET, BLOCK_STATISTICS } from "../../capture/pcapng.ts";
import { CaptureQuery } from "../../admin/api/request_schema.ts";
import { formatSize, parseSize } from "../../config/units.ts";
import { type AdminRequest } from "./admin_client.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { openDaemon } from "./ask_daemon.ts";
import { CommandError } from "../exit_codes.ts";
import { openOutput } from "../terminal/open_output.ts";
import { printError } from "../terminal/output.ts";
import { validQuery, wholeNumber } from "./option_values.ts";
import { StdoutReader } from "../terminal/stdout_reader.ts";

/** Default of `--files`. */
const DEFAULT_FILES = 10;
/** Minimum of `--file-size`, in bytes. */
const MIN_FILE_SIZE = 4 * 1024;
/** Names of stdout. */
const STDOUT = /^(?:-|\/dev\/stdout|\/dev\/fd\/1|\/proc\/self\/fd\/1)$/;
/** Mode of capture files: only the owner may read or write. */
const MODE = 0o600;
const TERMINAL =
  "Cannot write a capture to a terminal: pcapng is binary; use --write FILE or pipe the output";

/** Destination of pcapng blocks. */
interface Sink {
  write(blocks: Uint8Array): Promise<void>;
  close(): void;
}

/**
 * Captures until the daemon ends the stream (`--count`, `--seconds`), SIGINT or SIGTERM arrives, or
 * the capture is written to stdout and its reader closes.
 */
export async function captureCommand(args: Arguments): Promise<number> {
  const request = captureRequest(args);
  const open = sinkOf(args);
  using client = await openDaemon(args);
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  using reader = STDOUT.test(args.values.get("write") ?? "-") ? new StdoutReader() : undefined;
  reader?.left.addEventListener("abort", stop);
  try {
    const stream = await client.stream({ ...request, signal: interrupt.signal });
    const recorded = await record(stream, await open(), interrupt.signal);
    if (reader?.left.aborted) return 0;
    await printError(describe(recorded));
    if (recorded.fault === undefined) return 0;
    throw new CommandError("failed", `The daemon ended the capture: ${recorded.fault}`);
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
  }
}

function captureRequest(args: Arguments): AdminRequest {
  const { values, switches } = args;
  const query = {
    client: values.get("client"),
    server: values.get("server"),
    mac: values.get("mac"),
    "session_id": wholeNumber(values, "session-id"),
    side: values.get("side"),
    secrets: switches.has("secrets") || undefined,
    count: wholeNumber(values, "count"),
    seconds: wholeNumber(values, "seconds"),
  };
  return { path: "/api/v1/capture", query: validQuery(CaptureQuery, query) };
}

/** Returns a function that opens the destination; until it is called nothing is created. */
function sinkOf({ values }: Arguments): () => Promise<Sink> {
  const path = values.get("write") ?? "-";
  const files = wholeNumber(values, "files");
  const fileSize = readFileSize(values.get("file-size"));
  if (fileSize === undefined) {
    if (files !== undefined) throw new UsageError('Option "--files" needs "--file-size"');
    return path === "-" ? openStdout : () => openFile(path);
  }
  if (path === "-") throw new UsageError('Option "--file-size" needs a file; use --write FILE');
  if (files === 0) throw new UsageError("Cannot keep 0 files: --files must be 1 or more");
  const options = { path, fileSize, files: files ?? DEFAULT_FILES, now: Date.now };
  return () => FileRing.open(options);
}

function readFileSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const size = parseSize(text);
  if (size !== undefined && size >= MIN_FILE_SIZE) return size;
  const least = formatSize(MIN_FILE_SIZE);
  throw new UsageError(
    `Cannot use "${text}" for --file-size: it must be ${least} or more, such as 10MiB`,
  );
}

// deno-lint-ignore require-await -- as the others
async function openStdout(): Promise<Sink> {
  if (Deno.stdout.isTerminal()) throw new UsageError(TERMINAL);
  return sinkTo(Deno.stdout, () => {});
}

async function openFile(path: string): Promise<Sink> {
  const file = await openOutput(path, MODE);
  if (file.isTerminal()) {
    file.close();
    throw new UsageError(TERMINAL);
  }
  return sinkTo(file, () => file.close());
}

function sinkTo(to: { write(bytes: Uint8Array): Promise<number> }, close: () => void): Sink {
  return {
    async write(blocks): Promise<void> {
      for (let at = 0; at < blocks.length;) at += await to.write(blocks.subarray(at));
    },
    close,
  };
}

/** Result of a capture. */
interface Recorded {
  frames: number;
  dropped: number;
  /** Why the stream was aborted. */
  fault: string | undefined;
}

/**
 * Writes a stream to the sink until the stream ends, is interrupted, or the sink's reader closes.
 */
async function record(
  stream: ReadableStream<Uint8Array>,
  sink: Sink,
  signal: AbortSignal,
): Promise<Recorded> {
  const reader = stream.getReader();
  // The request's signal does not always end the body, so the reader is cancelled as well.
  signal.addEventListener("abort", () => void reader.cancel().catch(() => {}));
  const splitter = new BlockSplitter();
  const dropped = new Map<number, number>();
  let frames = 0;
  let fault: string | undefined;
  const next = async (): Promise<Uint8Array | undefined> => {
    try {
      return (await reader.read()).value;
    } catch (error) {
      if (!signal.aborted) fault = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  };
  try {
    for (let bytes = await next(); bytes !== undefined; bytes = await next()) {
      const blocks = splitter.take(bytes);
      for (const { type, block } of blocksOf(blocks)) {
        if (type === BLOCK_PACKET) frames++;
        if (type !== BLOCK_STATISTICS) continue;
        const { id, count } = droppedOf(block);
        dropped.set(id, count);
      }
      await sink.write(blocks);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  } finally {
    sink.close();
  }
  return { frames, dropped: [...dropped.values()].reduce((sum, it) => sum + it, 0), fault };
}

function describe({ frames, dropped }: Recorded): string {
  const captured = `Captured ${frames} ${frames === 1 ? "frame" : "frames"}`;
  return dropped === 0 ? captured : `${captured}, ${dropped} dropped`;
}
