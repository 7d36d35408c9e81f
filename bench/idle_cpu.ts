/** CPU use of the daemons while sessions are open and idle. */
import { Lab } from "../tests/lab/lab.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { dialSessions, MANY_SESSIONS } from "./dial.ts";
import { cpuSince, cpuSnapshot } from "./process_figures.ts";
import type { Findings } from "./section.ts";

const SESSIONS = 1_000;
/** Seconds to wait: a daemon returns the memory of its startup half a minute after it started. */
const SETTLED = 35;
const WATCHED = 10;

/** Measures the CPU time of both daemons together. */
export async function idleCpu(quick: boolean): Promise<Findings> {
  await using lab = await Lab.open();
  await lab.cables();
  const more = { server: MANY_SESSIONS, client: MANY_SESSIONS };
  const { server, client } = await startProxyPair(lab, more);
  await dialSessions({ sessions: SESSIONS });
  await sleep(quick ? 3 : SETTLED);
  const seconds = quick ? 4 : WATCHED;
  const pids = [server.pid, client.pid];
  const before = cpuSnapshot(pids);
  await sleep(seconds);
  const name = `CPU with ${SESSIONS.toLocaleString("en")} idle sessions, % of a core`;
  return {
    how: `User and system time of both daemons' threads over ${seconds} s.`,
    figures: { [name]: cpuSince(before, pids) / seconds * 100 },
    goals: { [name]: { below: 0.2 } },
  };
}

async function sleep(seconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}
