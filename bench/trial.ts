import { cpuSeconds } from "./process_figures.ts";
import type { Load, Seen } from "./load.ts";

/** The result of a load. */
export interface Trial extends Seen {
  sent: number;
  /** Frames per second that were offered, and that arrived. */
  offered: number;
  delivered: number;
  /** Share of lost frames. */
  loss: number;
  /** CPU seconds of the daemons, per million frames that arrived. */
  cpu: number;
}

let runs = Deno.pid << 8 >>> 0;

/** Sends a load and measures what arrives; `pids` are the daemons. */
export async function tryLoad(load: Omit<Load, "run">, pids: readonly number[]): Promise<Trial> {
  const run = ++runs >>> 0;
  const { flows } = load;
  const sink = deno("sink.ts", [run, flows.length, ...new Set(flows.map(({ to }) => to))]);
  const output = sink.stdout.getReader();
  await output.read(); // ready
  const before = cpuSeconds(pids);
  const { sent, offered } = await generate({ ...load, run });
  await new Promise((resolve) => setTimeout(resolve, 60)); // frames in transit arrive
  const cpu = cpuSeconds(pids) - before;
  await sink.stdin.close();
  let said = "";
  for (let part = await output.read(); !part.done; part = await output.read()) said += text(part);
  await sink.status;
  const seen = JSON.parse(said) as Seen;
  return {
    ...seen,
    sent,
    offered,
    delivered: seen.received / Math.max(seen.seconds, 0.001),
    loss: 1 - seen.received / sent,
    cpu: cpu / seen.received * 1e6,
  };
}

async function generate(load: Load): Promise<{ sent: number; offered: number }> {
  const generator = deno("generator.ts", []);
  const input = generator.stdin.getWriter();
  await input.write(new TextEncoder().encode(JSON.stringify(load)));
  await input.close();
  const { success, stdout } = await generator.output();
  if (!success) throw new Error("The generator failed");
  return JSON.parse(text({ value: stdout }));
}

function deno(script: string, args: readonly unknown[]): Deno.ChildProcess {
  const path = new URL(script, import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--cached-only", "--quiet", path, ...args.map(String)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

function text({ value }: { value: Uint8Array }): string {
  return new TextDecoder().decode(value);
}
