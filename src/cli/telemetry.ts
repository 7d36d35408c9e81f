import { logger } from "../log.ts";
import type { Daemon } from "../proxy/daemon_interface.ts";

const log = logger("main");

/** Where @opentelemetry/api looks for what exports; Deno puts itself there. */
const API = Symbol.for("opentelemetry.js.api.1");

/**
 * Whether OTEL_DENO asks for telemetry and Deno exports any. A compiled program has what OTEL_DENO was
 * when it was compiled, so that the environment's comes to nothing: "ineffective".
 */
export function telemetryState(): "off" | "on" | "ineffective" {
  if (Deno.env.get("OTEL_DENO") !== "true") return "off";
  const api = (globalThis as Record<symbol, unknown>)[API];
  return typeof api === "object" && api !== null && "metrics" in api ? "on" : "ineffective";
}

/** Gives the metrics to Deno's exporter where that is asked for, or says that there is none. */
export async function startTelemetry(daemon: Daemon): Promise<void> {
  const state = telemetryState();
  if (state === "on") (await import("../admin/otel.ts")).exportMetrics(daemon);
  if (state !== "ineffective") return;
  log.warning("no telemetry", {
    reason: "OTEL_DENO counts when the program is compiled, not when it runs",
    todo: "run `OTEL_DENO=true deno task compile`, or scrape /metrics",
  });
}
