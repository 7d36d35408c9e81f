import { CODE_PADT } from "../../../src/pppoe/constants.ts";
import type { DialedSession } from "../peers/test_client.ts";
import type { ProxyPair } from "../proxy_pair.ts";
import { say } from "./narrative.ts";
import type { Wires } from "./wires.ts";

/** Interval between the customer's frames, in milliseconds. */
const INTERVAL = 10;

/** Kills the server, starts it again, and shows when the customer's frames pass again. */
export async function showKilledServer(
  daemons: ProxyPair,
  session: DialedSession,
  wires: Wires,
): Promise<void> {
  const start = performance.now();
  const since = (): string => `${((performance.now() - start) / 1_000).toFixed(1)} s`.padStart(7);
  const killed = daemons.server.pid;
  daemons.server.signal("SIGKILL");
  await daemons.server.status;
  say(`${since()}  process ${killed} is dead; the client holds the session`);
  await daemons.restartServer();
  say(
    `${since()}  process ${daemons.server.pid} is up and has read the session from its state_dir`,
  );
  await echoed(session);
  say(`${since()}  the customer's frames pass again, in session ${session.sessionId} as before`);
  const padts = [wires.lan, wires.wan].flatMap(({ seen }) => seen.all(isPadt));
  if (padts.length > 0) throw new Error(`${padts.length} PADTs passed: the session has ended`);
  say("Neither wire saw a PADT, and nobody dialled again.");
}

function isPadt({ code }: { code: number }): boolean {
  return code === CODE_PADT;
}

/** Sends numbered frames until one comes back. */
async function echoed({ received, send }: DialedSession): Promise<void> {
  const since = received.length;
  let number = 0;
  const timer = setInterval(() => send(Uint8Array.of(0x00, 0x21, 0x45, number++)), INTERVAL);
  try {
    await received.first(() => true, "a frame to come back", { since });
  } finally {
    clearInterval(timer);
  }
}
