import { assertEquals } from "@std/assert";

/** Starts a collector of OTLP over HTTP, which passes on each path and body. */
function collect(received: (path: string, body: string) => void): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    received(new URL(request.url).pathname, await request.text());
    return Response.json({});
  });
}

/**
 * Returns a metric's data points, wherever the exporter puts them: values by the value of the first
 * label.
 */
function pointsOf(body: string, name: string): Record<string, number> {
  const found: Record<string, number> = {};
  JSON.parse(body, (_key, value) => {
    if (value?.name !== name) return value;
    const { dataPoints } = value.sum ?? value.gauge;
    for (const { attributes, asDouble, asInt } of dataPoints) {
      found[attributes[0]?.value.stringValue ?? ""] = Number(asDouble ?? asInt);
    }
    return value;
  });
  return found;
}

Deno.test("Deno's OpenTelemetry exporter sends the metrics, and a span per request", async () => {
  const seen = Promise.withResolvers<void>();
  const metrics: Record<string, number>[] = [];
  let spans = "";
  const server = collect((path, body) => {
    if (path === "/v1/traces") spans += body;
    if (path === "/v1/metrics" && pointsOf(body, "pppoeproxy_sessions_opened_total")[""] === 1) {
      metrics.push(pointsOf(body, "pppoeproxy_sessions"));
    }
    if (metrics.length > 0 && spans.includes("/api/v1/clients")) seen.resolve();
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--cached-only",
      "--quiet",
      new URL("../otel_daemon.ts", import.meta.url).pathname,
    ],
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_METRIC_EXPORT_INTERVAL: "100",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    },
    stdin: "piped",
    stdout: "null",
  }).spawn();
  await Promise.race([seen.promise, child.status]);
  await child.stdin.close();
  assertEquals((await child.status).code, 0);
  await server.shutdown();
  assertEquals(metrics[0], { open: 1, held: 0 });
});
