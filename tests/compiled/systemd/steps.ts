/** What the files that run inside the booted system share: steps, and waiting for units. */
import type { DialedSession } from "../../lab/peers/test_client.ts";
import { runCommand } from "../../lab/process.ts";

/** Maximum wait for a state of the unit, in milliseconds. */
const PATIENCE = 15_000;

/** Steps by what they show, in order. */
export type Steps = Readonly<Record<string, () => Promise<void>>>;

/** Result of a step. */
export interface StepResult {
  step: string;
  /** Why it failed. */
  error?: string;
}

/** Runs the steps, also after one has failed; prints a line of JSON for each, and exits. */
export async function runSteps(steps: Steps): Promise<never> {
  const say = (result: StepResult) =>
    Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(result)}\n`));
  for (const [step, run] of Object.entries(steps)) {
    try {
      await run();
      say({ step });
    } catch (error) {
      say({ step, error: error instanceof Error ? error.message : String(error) });
    }
  }
  Deno.exit(0);
}

/** A property of a unit, as systemctl(1) shows it. */
export async function property(unit: string, name: string): Promise<string> {
  return (await runCommand("systemctl", "show", "--value", "-p", name, unit)).trim();
}

/** Waits until a property of a unit matches; returns its value. */
export async function until(unit: string, name: string, wanted: RegExp): Promise<string> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const value = await property(unit, name);
    if (wanted.test(value)) return value;
    if (performance.now() > end) throw new Error(`${name} of ${unit} is "${value}", not ${wanted}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Runs a command that may fail. */
export async function attempt(
  program: string,
  ...args: string[]
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Waits until the unit is active with a new main process; returns its pid. */
export async function untilRestarted(unit: string, before: string): Promise<string> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const pid = await property(unit, "MainPID");
    if (pid !== before && pid !== "0" && await property(unit, "ActiveState") === "active") {
      return pid;
    }
    if (performance.now() > end) throw new Error(`${unit} was not restarted`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Sends frames until one is echoed: a daemon is ready before its sessions are resumed. */
export async function untilCarried(
  session: DialedSession,
  payload: Uint8Array,
): Promise<void> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      return void await session.echo(payload, 500);
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}
