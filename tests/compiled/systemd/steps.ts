/** What the files that run inside the booted system share: steps, and waiting for units. */
import type { DialedSession } from "../../lab/peers/test_client.ts";
import { runCommand } from "../../lab/process.ts";
import { until } from "../../until.ts";

/** Steps by what they show, in order. */
export type Steps = Readonly<Record<string, () => Promise<void>>>;

/** Result of a step. */
export interface StepResult {
  step: string;
  /** Why it failed. */
  error?: string;
}

/** Adds text to the guest's log. */
export function log(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

/**
 * Runs the steps, also after one has failed; prints a line of JSON for each and at the end the
 * journal of the daemons, and exits.
 */
export async function runSteps(steps: Steps): Promise<never> {
  const say = (result: StepResult) => log(`${JSON.stringify(result)}\n`);
  for (const [step, run] of Object.entries(steps)) {
    try {
      await run();
      say({ step });
    } catch (error) {
      say({ step, error: error instanceof Error ? error.message : String(error) });
    }
  }
  await shell("journalctl --no-pager --output=short-monotonic --unit='pppoe-proxy*'");
  Deno.exit(0);
}

/** Where and how a line for the shell runs. */
interface ShellOptions {
  folder?: string;
  /** Lines that are typed at its terminal, which it gets from script(1). */
  typed?: string[] | undefined;
}

/** Runs a line for the shell; the log has it with its output. */
export async function shell(
  line: string,
  { folder = "/", typed }: ShellOptions = {},
): Promise<string> {
  const script = `cd ${folder} && ${line}`;
  const command = typed === undefined
    ? ["sh", "-c", script]
    : ["script", "--quiet", "--return", "--command", script, "/dev/null"];
  const [program, ...args] = command;
  const child = new Deno.Command(program, {
    args,
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  for (const answer of typed ?? []) await input.write(new TextEncoder().encode(`${answer}\n`));
  // At a terminal the input stays open: script(1) would end it with the last answer.
  if (typed === undefined) await input.close();
  const { success, stdout, stderr } = await child.output();
  await input.close().catch(() => {}); // the command has ended
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  log(`# ${line}\n${text}`);
  if (success) return text;
  const { text: journal } = await attempt("journalctl", "--no-pager", "--lines=40", "--output=cat");
  throw new Error(`"${line}" failed: ${text}\n${journal}`);
}

/** A property of a unit, as systemctl(1) shows it. */
export async function property(unit: string, name: string): Promise<string> {
  return (await runCommand("systemctl", "show", "--value", "-p", name, unit)).trim();
}

/** Waits until a property of a unit matches; returns its value. */
export async function untilShown(unit: string, name: string, wanted: RegExp): Promise<string> {
  let value = "";
  const matches = async () => wanted.test(value = await property(unit, name));
  await until(matches, () => `${name} of ${unit} is "${value}", not ${wanted}`);
  return value;
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
  let pid = before;
  const isNew = async () => {
    pid = await property(unit, "MainPID");
    return pid !== before && pid !== "0" && await property(unit, "ActiveState") === "active";
  };
  await until(isNew, () => `${unit} was not restarted`);
  return pid;
}

/** Sends frames until one is echoed: a daemon is ready before its sessions are resumed. */
export async function untilCarried(
  session: DialedSession,
  payload: Uint8Array,
): Promise<void> {
  await until(() => session.echo(payload, 500).then(() => true, () => false), () => "no echo");
}
