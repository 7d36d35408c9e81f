import type { Figures } from "./section.ts";
import type { Findings } from "./section.ts";

/** The fields read from the output of `deno bench --json`; times in nanoseconds. */
interface Report {
  benches: { name: string; results: { ok?: { p75: number; p99: number } }[] }[];
}

/** Runs codecs_bench.ts. */
export async function codecs(): Promise<Findings> {
  const path = new URL("codecs_bench.ts", import.meta.url).pathname;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["bench", "-A", "--quiet", "--json", path],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("The codec benchmarks failed");
  const { benches } = JSON.parse(new TextDecoder().decode(stdout)) as Report;
  const figures: Figures = {};
  for (const { name, results: [{ ok }] } of benches) {
    if (ok === undefined) throw new Error(`The benchmark "${name}" failed`);
    figures[`${name}, p75, ns`] = ok.p75;
    figures[`${name}, p99, ns`] = ok.p99;
  }
  return {
    how: "Percentiles of bench/codecs_bench.ts, measured by `deno bench`.",
    figures,
    goals: {},
  };
}
