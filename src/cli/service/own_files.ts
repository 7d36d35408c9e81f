/** What the services of all init systems share: who may change them, and which files are ours. */
import { DEFAULT_CONFIG } from "../../config/default_config.ts";
import { CommandError } from "../exit_codes.ts";
import { printLine } from "../terminal/output.ts";
import { firstThat } from "./paths.ts";
import { DATA, isOurs, type ServiceFile } from "./plan.ts";

/** Throws CommandError if the user is not root. */
export function needRoot(): void {
  if (Deno.uid() === 0) return;
  throw new CommandError("failed", "Only root may change services; run this with sudo");
}

/**
 * The path of this program. Throws CommandError if it is not a compiled one, or if `faultOf` finds a
 * reason why the service could not run it there; `folder` is where it should be instead.
 */
export async function ownProgram(
  faultOf: (program: string) => string | undefined,
  folder: string,
): Promise<string> {
  if (!Deno.build.standalone) {
    throw new CommandError(
      "failed",
      "Only the compiled program can install itself, because the service starts this file; see docs/install.md",
    );
  }
  const program = await Deno.realPath(Deno.execPath());
  const fault = faultOf(program);
  if (fault === undefined) return program;
  throw new CommandError("failed", `Cannot install: ${fault}; copy the program to ${folder}`);
}

/** Throws CommandError if somebody else has written a file of the service. */
export async function refuseForeign({ path }: ServiceFile): Promise<void> {
  const text = await textOf(path);
  if (text === "" || isOurs(text)) return;
  throw new CommandError(
    "failed",
    `"${path}" exists, and this command has not written it; remove it, or go on using it`,
  );
}

/** The text of a file, empty if it is missing. */
export async function textOf(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch((error) => {
    unlessMissing(error);
    return "";
  });
}

/** Throws the error unless it is that a file is missing. */
function unlessMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** Throws CommandError if the default configuration is missing, so that the service cannot start. */
export async function needConfig(): Promise<void> {
  if (await firstThat([DEFAULT_CONFIG]) !== undefined) return;
  throw new CommandError(
    "failed",
    `The service is installed, but not started: there is no "${DEFAULT_CONFIG}"; ` +
      "write it with `pppoe-proxy init server` or `pppoe-proxy init client`",
  );
}

/** Keeps configuration, keys and state, or removes them with `purge`; says which. */
export async function settleData(purge: boolean): Promise<void> {
  const data = DATA.map((path) => `"${path}"`).join(" and ");
  if (!purge) return await printLine(`Kept ${data}.`);
  for (const path of DATA) await Deno.remove(path, { recursive: true }).catch(unlessMissing);
  await printLine(`Removed ${data}.`);
}
