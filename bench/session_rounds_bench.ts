/**
 * Micro-benchmarks of what the daemon does with all sessions about once a second, with caches that
 * frames have used meanwhile: `deno bench -A bench/session_rounds_bench.ts`.
 */
import { sessionVisitors } from "../src/daemon/session_visitors.ts";
import { SessionSweep } from "../src/proxy/session/session_sweep.ts";
import { OpenSessions } from "../tests/daemon/open_sessions.ts";

/** Larger than the caches. */
const memory = new Float64Array(8 << 20);

/** Takes all else out of the caches. */
function evict(): void {
  for (let at = 0; at < memory.length; at += 8) memory[at]++;
}

for (const sessions of [1_000, 10_000]) {
  const open = new OpenSessions();
  for (let i = 0; i < sessions; i++) open.open(`client-${i >> 12}`);
  const sweep = new SessionSweep(open.table, sessionVisitors(open.daemon));
  const group = `${sessions} sessions`;
  Deno.bench(`round over ${group}, all turns`, { group, baseline: true, n: 100 }, (bench) => {
    evict();
    bench.start();
    while (!sweep.turn(++open.time));
    bench.end();
  });
  Deno.bench(`one turn among ${group}`, { group, n: 400 }, (bench) => {
    evict();
    bench.start();
    sweep.turn(++open.time);
    bench.end();
  });
}
