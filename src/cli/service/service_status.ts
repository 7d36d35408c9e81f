import { Status } from "../../admin/api/response_schema.ts";
import type { Arguments } from "../arguments.ts";
import { CommandError, EXIT_CODES } from "../exit_codes.ts";
import { openDaemon } from "../remote/ask_daemon.ts";
import { showSpan } from "../terminal/amounts.ts";
import { printLine } from "../terminal/output.ts";
import { initSystem } from "./init_system.ts";
import { UNIT } from "./paths.ts";
import { runProgram } from "./run_program.ts";

/** Properties of the unit (systemctl(1)), in the order in which they are shown. */
const PROPERTIES = ["ActiveState", "SubState", "UnitFileState", "FragmentPath", "NRestarts"];

/** `service status`: the service's state, and the daemon's own; exit code 3 if no daemon answers. */
export async function showService(args: Arguments): Promise<number> {
  const lines = await initSystem() === "procd" ? await procdLines() : unitLines(await unitFacts());
  for (const line of lines) await printLine(line);
  try {
    using daemon = await openDaemon(args);
    const status = await daemon.json({ path: "/api/v1/status" }, Status);
    for (const line of daemonLines(status)) await printLine(line);
    return 0;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    await printLine(`daemon: ${error.message}`);
    return EXIT_CODES[error.exit][0];
  }
}

async function procdLines(): Promise<string[]> {
  return await (await import("./procd_service.ts")).initScriptLines();
}

/** Properties of the unit, by name. */
async function unitFacts(): Promise<Map<string, string>> {
  const wanted = `--property=${PROPERTIES.join(",")}`;
  const { text } = await runProgram("systemctl", "show", wanted, UNIT);
  return new Map(
    text.split("\n").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

/** What systemd knows of the unit. */
export function unitLines(facts: ReadonlyMap<string, string>): string[] {
  const of = (name: string): string => facts.get(name) ?? "";
  if (of("FragmentPath") === "") return [`unit: ${UNIT} is not installed`];
  const restarts = of("NRestarts") === "0" ? "" : `, restarted ${of("NRestarts")} times`;
  const atBoot = of("UnitFileState") === "enabled"
    ? "starts with the machine"
    : "does not start with the machine";
  return [
    `unit: ${of("ActiveState")} (${of("SubState")}), ${atBoot}${restarts}`,
    `file: ${of("FragmentPath")}`,
  ];
}

function daemonLines({ mode, ready, uptime_seconds: seconds, problems }: Status): string[] {
  const [worst] = problems;
  return [
    `daemon: ${mode}, ${ready ? "ready" : "not ready"}, up ${showSpan(seconds)}`,
    worst === undefined
      ? "problems: none"
      : `problems: ${problems.length}; \`pppoe-proxy status\` shows them`,
  ];
}
