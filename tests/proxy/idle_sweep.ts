import type { Proxy } from "../../src/proxy/proxy.ts";
import { SessionSweep } from "../../src/proxy/session/session_sweep.ts";

/** Makes a round over a proxy's sessions that asks silent ACs; `timeout` is in milliseconds. */
export function sweepIdle({ sessions }: Proxy, timeout: number): void {
  const sweep = new SessionSweep(sessions.table, [sessions.idle.visitor(() => timeout)]);
  while (!sweep.turn(sessions.now()));
}
