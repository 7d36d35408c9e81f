/** What codecs_bench.ts measures, as `deno bench --json` gives it. */
export async function codecs(): Promise<unknown> {
  const path = new URL("codecs_bench.ts", import.meta.url).pathname;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["bench", "-A", "--quiet", "--json", path],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("The codecs' benchmarks failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}
