import { ConfigError } from "../config/config_error.ts";
import { formatFinding } from "../config/finding.ts";
import { type Arguments, readArguments, UsageError } from "./arguments.ts";
import { closeTrust } from "../tunnel/tls/trust_environment.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT_CODES, exitCodeOf } from "./exit_codes.ts";
import { findCommand } from "./find_command.ts";
import { printError, printLine } from "./terminal/output.ts";

/**
 * Runs the command of a command line. Returns the exit code, one of EXIT_CODES. Prints errors
 * instead of throwing them.
 */
export async function dispatch(args: readonly string[]): Promise<number> {
  closeTrust();
  try {
    return await runCommandLine(args);
  } catch (error) {
    return await report(error, args[0]);
  }
}

async function runCommandLine([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined) throw new UsageError("No command given");
  if (name === "--version" || name === "-V") return await runCommandLine(["version", ...rest]);
  if (name === "--help" || name === "-h") return await runCommandLine(["help", ...rest]);
  const command = findCommand(COMMANDS, name);
  if (asksForHelp(rest)) {
    const { explain } = await import("./help.ts");
    await printLine(explain(command));
    return 0;
  }
  const parsed: Arguments = readArguments(rest, command);
  const runLoaded = await command.load();
  return await runLoaded(parsed, COMMANDS);
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  const options = end === -1 ? args : args.slice(0, end);
  return options.includes("--help") || options.includes("-h");
}

async function report(error: unknown, name: string | undefined): Promise<number> {
  if (error instanceof UsageError) {
    const topic = COMMANDS.some((command) => command.name === name) ? `help ${name}` : "help";
    await printError(`${error.message}\nRun "pppoe-proxy ${topic}" for usage`);
    return EXIT_CODES.usage[0];
  }
  if (error instanceof ConfigError) {
    for (const finding of error.findings) await printError(formatFinding(finding));
    return EXIT_CODES.refused[0];
  }
  await printError(error instanceof Error ? error.message : String(error));
  return exitCodeOf(error);
}
