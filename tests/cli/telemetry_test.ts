import { assertEquals } from "@std/assert";

const MODULE = new URL("../../src/cli/telemetry.ts", import.meta.url).href;

/** The state in a process that has OTEL_DENO at startup if `early`, and sets it later if `late`. */
async function stateOf(early: boolean, late: boolean): Promise<string> {
  const script = `${late ? 'Deno.env.set("OTEL_DENO", "true");' : ""}
    const { telemetryState } = await import(${JSON.stringify(MODULE)});
    console.log(telemetryState());`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--cached-only", "--quiet", script],
    env: {
      NO_COLOR: "1",
      ...(early && { OTEL_DENO: "true", OTEL_METRIC_EXPORT_INTERVAL: "60000" }),
    },
    cwd: new URL("../..", import.meta.url).pathname,
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("X3: OTEL_DENO is effective only if Deno has started its exporter", async () => {
  assertEquals(await stateOf(false, false), "off");
  assertEquals(await stateOf(true, false), "on");
  // As in a compiled program, which reads its environment too late.
  assertEquals(await stateOf(false, true), "ineffective");
});
