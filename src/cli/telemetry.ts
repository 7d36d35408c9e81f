import { logger } from "../log.ts";
import type { Daemon } from "../daemon/daemon.ts";

const log = logger("main");

/**
 * Global symbol under which @opentelemetry/api finds its providers; Deno registers its own there.
 */
const API = Symbol.for("opentelemetry.js.api.1");

/**
 * Whether OTEL_DENO requests telemetry and Deno exports it. A compiled program uses the value that
 * OTEL_DENO had at compile time; setting it only at run time is "ineffective".
 */
export function telemetryState(): "off" | "on" | "ineffective" {
  if (Deno.env.get("OTEL_DENO") !== "true") return "off";
  const api = (globalThis as Record<symbol, unknown>)[API];
  return typeof api === "object" && api !== null && "metrics" in api ? "on" : "ineffective";
}

/**
 * Exports metrics with Deno's exporter if OTEL_DENO requests it; logs a warning if that has no
 * effect.
 */
export async function startTelemetry(daemon: Daemon): Promise<void> {
  const state = telemetryState();
  if (state === "on") (await import("../admin/metrics/otel.ts")).exportMetrics(daemon);
  if (state !== "ineffective") return;
  log.warning("telemetry unavailable", {
    reason: "OTEL_DENO must be set when the program is compiled, not when it runs",
    todo: "run `OTEL_DENO=true deno task compile`, or scrape /metrics",
  });
}
