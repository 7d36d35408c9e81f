/** What a session costs in memory: both daemons with 1 session and with many, idle. */
import { Lab } from "../tests/lab/lab.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { dialSessions, MANY_SESSIONS } from "./dial.ts";
import { memoryOf } from "./process_figures.ts";
import type { Figures } from "./report.ts";
import type { Findings, Goal } from "./section.ts";

/** When a discovery is forgotten. */
const FORGOTTEN = '[discovery]\ntimeout = "1s"\n';
/** Milliseconds from the last session until memory is looked at. */
const SETTLED = 40_000;
const SETTLED_QUICK = 10_000;
const KIBIBYTE = 1024;

/** Bytes a session by what more sessions take than one. */
export async function sessionMemory(quick: boolean): Promise<Findings> {
  const sessions = quick ? 2_000 : 10_000;
  await using lab = await Lab.open();
  await lab.cables();
  const more = MANY_SESSIONS + FORGOTTEN;
  const { server, client } = await startProxyPair(lab, { server: more, client: more });
  const daemons = [["server", server.pid], ["client", client.pid]] as const;
  const settled = () =>
    new Promise((resolve) => setTimeout(resolve, quick ? SETTLED_QUICK : SETTLED));
  await dialSessions();
  await settled();
  const before = daemons.map(([, pid]) => memoryOf(pid));
  await dialSessions({ sessions, first: 2 });
  await settled();
  const figures: Figures = {};
  const goals: Record<string, Goal> = {};
  for (const [i, [name, pid]] of daemons.entries()) {
    const after = memoryOf(pid);
    figures[`${name}, 1 session, RSS MiB`] = before[i].resident / KIBIBYTE ** 2;
    figures[`${name}, ${sessions + 1} sessions, RSS MiB`] = after.resident / KIBIBYTE ** 2;
    figures[`${name}, RSS a session, bytes`] = (after.resident - before[i].resident) / sessions;
    const dirty = `${name}, private and dirty a session, bytes`;
    figures[dirty] = (after.dirty - before[i].dirty) / sessions;
    goals[dirty] = { below: 2 * KIBIBYTE + 1 };
  }
  const how = "Memory with one session, and after so many more were dialed; nothing is sent.";
  return { how, figures, goals };
}
