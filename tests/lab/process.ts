import { Journal, type WaitOptions } from "./journal.ts";

/** Time between SIGTERM and SIGKILL, in milliseconds: longer than a daemon ever takes to end. */
const PATIENCE = 30_000;
/** Time that the end of the output may take after the process's own, in milliseconds. */
const OUTPUT_PATIENCE = 10_000;

/** A program started by a lab, with its output. */
export interface LabProcess extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Lines of stdout and stderr. */
  readonly output: Journal<string>;
  readonly status: Promise<Deno.CommandStatus>;
  /**
   * Resolves with the first matching line, past or future; rejects if the process ends without it.
   */
  waitForLine(pattern: RegExp, options?: WaitOptions): Promise<string>;
  signal(signal: Deno.Signal): void;
  /** Writes a line to its stdin, which must be piped. */
  say(line: string): Promise<void>;
  /**
   * Sends SIGTERM, then SIGKILL if necessary; resolves when the process has ended. Rejects if
   * processes that it has started live on and keep its output open.
   */
  stop(): Promise<Deno.CommandStatus>;
}

/** What to start. */
export interface ProcessOptions {
  /** Name in messages. */
  name: string;
  program: string;
  args: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Default "null": no input. */
  stdin?: "null" | "piped";
  /** What ends it. Default "SIGTERM". */
  ending?: Deno.Signal;
}

/** Starts a program; its output is collected line by line. */
export function startProcess(options: ProcessOptions): LabProcess {
  const { name, program, args, env, cwd, stdin = "null", ending = "SIGTERM" } = options;
  const child = new Deno.Command(program, {
    args: [...args],
    stdin,
    stdout: "piped",
    stderr: "piped",
    ...(env && { env }),
    ...(cwd && { cwd }),
  }).spawn();
  const input = stdin === "piped" ? child.stdin.getWriter() : undefined;
  const output = new Journal<string>();
  const read = Promise.all([collect(child.stdout, output), collect(child.stderr, output)]);
  let ended = false;
  const status = child.status.then((result) => {
    ended = true;
    return result;
  });
  const stop = async () => {
    await input?.close().catch(() => {}); // a process that has ended reads nothing
    if (!ended) child.kill(ending);
    if (!ended) child.kill("SIGCONT"); // a stopped process does not end before that
    const timer = setTimeout(() => ended || child.kill("SIGKILL"), PATIENCE);
    const result = await status;
    clearTimeout(timer);
    await endOfOutput(name, read);
    return result;
  };
  return {
    name,
    pid: child.pid,
    output,
    status,
    stop,
    signal: (signal) => child.kill(signal),
    say: async (line) => await input?.write(new TextEncoder().encode(`${line}\n`)),
    waitForLine: (pattern, options) =>
      Promise.race([
        output.first((line) => pattern.test(line), `${pattern} from ${name}`, options),
        endedWithout(pattern, name, output, Promise.all([status, read])),
      ]),
    [Symbol.asyncDispose]: async () => void await stop(),
  };
}

async function endedWithout(
  pattern: RegExp,
  name: string,
  output: Journal<string>,
  end: Promise<[Deno.CommandStatus, unknown]>,
): Promise<never> {
  const [{ code, signal }] = await end;
  // Lets a matching last line win the race.
  await new Promise((resolve) => setTimeout(resolve, 0));
  const last = output.entries.slice(-12).map((line) => `\n  ${line}`).join("");
  throw new Error(`"${name}" ended (${signal ?? code}) before it printed ${pattern}:${last}`);
}

/** Resolves when the output has ended, which processes that a program left behind can prevent. */
async function endOfOutput(name: string, read: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`"${name}" has ended, but a process that it started lives on`));
  }, OUTPUT_PATIENCE);
  await Promise.race([read, late.promise]).finally(() => clearTimeout(timer));
}

async function collect(stream: ReadableStream<Uint8Array>, output: Journal<string>): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    lines.forEach((line) => output.add(line));
  }
  if (rest !== "") output.add(rest);
}

/** Runs a short command to its end and returns its stdout; throws with its stderr if it fails. */
export async function runCommand(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (success) return new TextDecoder().decode(stdout);
  const reason = new TextDecoder().decode(stderr).trim();
  throw new Error(`Cannot run "${program} ${args.join(" ")}": ${reason}`);
}

/** Finds a program in PATH, or in these folders, separated by colons. */
export function findProgram(
  program: string,
  path: string = Deno.env.get("PATH") ?? "",
): string | undefined {
  const candidates = path.split(":").map((folder) => `${folder}/${program}`);
  return candidates.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** Whether a program is in PATH, or in these folders, separated by colons. */
export function installed(program: string, path?: string): boolean {
  return findProgram(program, path) !== undefined;
}
