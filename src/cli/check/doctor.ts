import { ConfigError } from "../../config/config_error.ts";
import { loadConfig } from "../../config/load.ts";
import { printable } from "../../printable.ts";
import type { Config } from "../../config/types.ts";
import type { Arguments } from "../arguments.ts";
import { readTimeout } from "../read_timeout.ts";
import { askForDaemon } from "./doctor_daemon.ts";
import { checkClock, checkFiles } from "./doctor_files.ts";
import { checkHost } from "./doctor_system.ts";
import { checkClientTunnel, checkServerTunnel } from "./doctor_tunnel.ts";
import { checkCongestionControl } from "./doctor_path.ts";
import { examineUdp } from "./doctor_udp.ts";
import { checkListen } from "./check_listen.ts";
import { type DoctorCheck, runCheck, type Verdict } from "./doctor_check.ts";
import { printLine } from "../terminal/output.ts";
import { stdoutPaint, type Style } from "../terminal/style.ts";

const DEFAULT_TIMEOUT = "5s";
const VERDICT_WIDTH = "warning".length;
const NAME_WIDTH = "access concentrator".length;
const COLOURS: Readonly<Record<Verdict, Style>> = { ok: "green", warning: "yellow", failed: "red" };

/** `doctor --config FILE`: prints a line for each check; exit code 1 if any failed. */
export async function doctorCommand({ values, switches }: Arguments): Promise<number> {
  const timeout = readTimeout(values.get("timeout") ?? DEFAULT_TIMEOUT);
  const checks: DoctorCheck[] = [];
  for await (const check of examineAll(values.get("config") ?? "", timeout)) {
    checks.push(check);
    if (!switches.has("json")) await printLine(show(check));
  }
  const ok = checks.every(({ verdict }) => verdict !== "failed");
  if (switches.has("json")) await printLine(JSON.stringify({ schema: 1, ok, checks }));
  return ok ? 0 : 1;
}

function show({ name, verdict, text }: DoctorCheck): string {
  const paint = stdoutPaint();
  const word = paint(COLOURS[verdict], verdict.padEnd(VERDICT_WIDTH));
  return `${word}  ${name.padEnd(NAME_WIDTH)}  ${printable(text)}`;
}

/** Runs all checks of a configuration file, each after those that it depends on. */
async function* examineAll(file: string, timeout: number): AsyncGenerator<DoctorCheck> {
  let config: Config;
  try {
    config = await loadConfig(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const text of error.message.split("\n")) {
      yield { name: "configuration", verdict: "failed", text };
    }
    return;
  }
  const text = `"${config.file}" is valid, mode "${config.mode}"`;
  yield { name: "configuration", verdict: "ok", text };
  yield* await checkHost(config.interface);
  yield* await checkClock();
  yield* await checkFiles(config);
  const { daemon, examined } = await askForDaemon(config);
  yield examined;
  yield* await runCheck("listening", async (findings) => {
    await checkListen(config, findings);
    return "can listen on all configured addresses, or already does";
  });
  yield* await examineUdp(config);
  yield* await checkCongestionControl(config);
  if (config.mode === "server") yield* checkServerTunnel(config, daemon, timeout);
  else yield* checkClientTunnel(config, daemon, timeout);
}
