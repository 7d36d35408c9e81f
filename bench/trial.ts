import { cpuSeconds } from "./process_figures.ts";
import type { Load, Seen } from "./load.ts";

/** What came of a load. */
export interface Trial extends Seen {
  sent: number;
  /** Frames a second that were offered, and that arrived. */
  offered: number;
  delivered: number;
  /** Share of the frames that were lost. */
  loss: number;
  /** CPU seconds of the daemons, per million frames that arrived. */
  cpu: number;
}

let runs = Deno.pid << 8 >>> 0;

/** Sends a load and says what arrived at interface `to`; `pids` are the daemons. */
export async function tryLoad(
  load: Omit<Load, "run">,
  to: string,
  pids: readonly number[],
): Promise<Trial> {
  const run = ++runs >>> 0;
  const sink = deno("sink.ts", [to, String(run)], "piped");
  const output = sink.stdout.getReader();
  await output.read(); // ready
  const before = cpuSeconds(pids);
  const generator = await deno("generator.ts", [JSON.stringify({ ...load, run })], "null").output();
  if (!generator.success) throw new Error(`The generator failed: ${text(generator.stderr)}`);
  await new Promise((resolve) => setTimeout(resolve, 60)); // what is under way arrives
  const cpu = cpuSeconds(pids) - before;
  await sink.stdin.close();
  const said: Uint8Array[] = [];
  for (let part = await output.read(); !part.done; part = await output.read()) {
    said.push(part.value);
  }
  await sink.status;
  const seen = JSON.parse(said.map(text).join("")) as Seen;
  const { sent, offered } = JSON.parse(text(generator.stdout)) as { sent: number; offered: number };
  return {
    ...seen,
    sent,
    offered,
    delivered: seen.received / Math.max(seen.seconds, 0.001),
    loss: 1 - seen.received / sent,
    cpu: cpu / seen.received * 1e6,
  };
}

function deno(script: string, args: string[], stdin: "piped" | "null"): Deno.ChildProcess {
  const path = new URL(script, import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--cached-only", "--quiet", path, ...args],
    stdin,
    stdout: "piped",
    stderr: stdin === "piped" ? "inherit" : "piped",
  }).spawn();
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
