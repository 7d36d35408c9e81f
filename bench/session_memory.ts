/** Memory per session: both daemons with 1 session and with many, idle. */
import { Lab } from "../tests/lab/lab.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { dialSessions, MANY_SESSIONS } from "./dial.ts";
import { memoryOf } from "./process_figures.ts";
import type { Figures } from "./section.ts";
import type { Findings, Goal } from "./section.ts";

/** Configuration that lets discoveries expire soon. */
const FORGOTTEN = '[discovery]\ntimeout = "1s"\n';
/**
 * Delay from the last session to the measurement, in milliseconds: daemons release memory when
 * idle.
 */
const SETTLED = 12_000;
const KIBIBYTE = 1024;

/**
 * Returns bytes per session, computed from the memory of many sessions compared with one, and with
 * a tenth of them.
 */
export async function sessionMemory(quick: boolean): Promise<Findings> {
  const numbers = quick ? [1, 200, 2_000] : [1, 1_000, 10_000];
  await using lab = await Lab.open();
  await lab.cables();
  const settings = MANY_SESSIONS + FORGOTTEN;
  const { server, client } = await startProxyPair(lab, { server: settings, client: settings });
  const pids = [server.pid, client.pid];
  const seen: ReturnType<typeof memoryOf>[][] = [];
  for (const [i, number] of numbers.entries()) {
    const open = i === 0 ? 0 : numbers[i - 1];
    await dialSessions({ sessions: number - open, first: open + 1 });
    await new Promise((resolve) => setTimeout(resolve, SETTLED));
    seen.push(pids.map(memoryOf));
  }
  const [one, tenth, all] = seen;
  const figures: Figures = {};
  const goals: Record<string, Goal> = {};
  for (const [i, name] of ["server", "client"].entries()) {
    for (const [n, number] of numbers.entries()) {
      const count = `${name}, sessions: ${number.toLocaleString("en")}`;
      figures[`${count}, RSS MiB`] = seen[n][i].resident / KIBIBYTE ** 2;
    }
    for (const [from, base] of [[0, one], [1, tenth]] as const) {
      const more = numbers[2] - numbers[from];
      const what = `${name}, bytes a session above ${numbers[from].toLocaleString("en")}`;
      figures[`${what}, RSS`] = (all[i].resident - base[i].resident) / more;
      figures[`${what}, private and dirty`] = (all[i].dirty - base[i].dirty) / more;
      goals[`${what}, RSS`] = { below: 2 * KIBIBYTE + 1 };
    }
  }
  const how =
    "Daemons as started by the tasks; sessions are idle, and their discoveries have expired.";
  return { how, figures, goals };
}
