import { CommandError } from "../exit_codes.ts";

/** Maximum duration of a program, in milliseconds: stopping a daemon takes up to 15 s. */
const DEADLINE = 60_000;

/** Result of a program. */
export interface ProgramResult {
  code: number;
  /** Output and errors. */
  text: string;
}

/** Runs a program of the init system. Throws CommandError if it is missing. */
export async function runProgram(program: string, ...args: string[]): Promise<ProgramResult> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args,
      stdin: "null",
      signal: AbortSignal.timeout(DEADLINE),
    }).output();
    const decoder = new TextDecoder();
    return { code, text: (decoder.decode(stdout) + decoder.decode(stderr)).trim() };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CommandError(
      "failed",
      `Cannot find "${program}", a program of this machine's init system; is it in PATH?`,
    );
  }
}

/** Runs a program that has to succeed. Throws CommandError with its output. */
export async function mustRun(program: string, ...args: string[]): Promise<string> {
  const { code, text } = await runProgram(program, ...args);
  if (code === 0) return text;
  throw new CommandError("failed", `\`${[program, ...args].join(" ")}\` failed: ${text}`);
}
