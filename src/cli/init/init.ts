import { resolve } from "node:path";
import { type Arguments, oneOf, UsageError } from "../arguments.ts";
import { chosenConfig } from "../config_option.ts";
import { askLine } from "../terminal/ask_line.ts";
import { printLine } from "../terminal/output.ts";

const SIDES = "server|client";
/** Options of one side only. */
const SERVER_ONLY = ["name", "listen"];
const CLIENT_ONLY = ["from"];

/**
 * `init server|client`: asks what options do not say, and writes a configuration with all its files,
 * and on a server the bundle for its first client. Existing files are never overwritten.
 */
export async function initCommand(args: Arguments): Promise<number> {
  const [given] = args.positionals;
  if (given === undefined) {
    throw new UsageError("Nothing to set up: use init server or init client");
  }
  const side = oneOf(given, SIDES, "a side") as "server" | "client";
  for (const option of side === "server" ? CLIENT_ONLY : SERVER_ONLY) {
    if (args.values.has(option)) {
      throw new UsageError(
        `Option "--${option}" is for init ${side === "server" ? "client" : "server"}`,
      );
    }
  }
  const config = resolve(chosenConfig(args));
  if (await Deno.lstat(config).then(() => true, () => false)) {
    throw new Error(
      `Cannot write "${config}": it exists and is not overwritten; name another with --config FILE`,
    );
  }
  const { setUpServer, setUpClient } = await import("./set_up.ts");
  const setUp = side === "server" ? setUpServer : setUpClient;
  await printLine(await setUp(config, args.values, Deno.stdin.isTerminal() ? askLine : undefined));
  return 0;
}
