import { AdminClient } from "../../../src/cli/remote/admin_client.ts";
import { peerOf, type Session, Sessions, Status } from "../../../src/admin/api/response_schema.ts";
import { CONTROL_RESERVE, DATA_LIMIT } from "../../../src/tunnel/record/record_queue.ts";
import type { Fault } from "./fault.ts";
import { BACK } from "./customers.ts";
import { BRANCHES, type Line } from "./line.ts";

/** Maximum number of bytes that may wait for one tunnel. */
const QUEUE_LIMIT = DATA_LIMIT + CONTROL_RESERVE;
/** Interval between checks of what is not yet as it should be, in milliseconds. */
const PAUSE = 100;

/** A daemon's own report. */
interface Account {
  status: Status;
  sessions: Session[];
}

/**
 * Resolves when all invariants hold after a fault; rejects with a violated one after 60 s:
 *
 * - every session that was not ended carries frames, and only its own, on every wire
 * - the AC's sessions and the customers' are the same
 * - the daemons have exactly these sessions, each with its own id on either side
 * - no queue is over its limit
 */
export async function settle(line: Line): Promise<void> {
  await line.customers.carry();
  const deadline = performance.now() + BACK;
  for (;;) {
    const wrong = await whatIsWrong(line);
    if (wrong === undefined) return;
    if (performance.now() > deadline) throw new Error(wrong);
    await new Promise((next) => setTimeout(next, PAUSE));
  }
}

/**
 * Causes a fault and waits until all invariants hold; rejects likewise, or if a kept session was
 * affected.
 */
export async function endure(line: Line, fault: Fault): Promise<void> {
  const { customers } = line;
  const [ended, said] = [customers.ended, customers.discoveries];
  await fault.happen(line);
  await settle(line);
  if (!fault.keeps) return;
  if (customers.ended > ended) throw new Error(`${customers.ended - ended} sessions have ended`);
  const more = customers.discoveries - said;
  if (more > 0) throw new Error(`${more} discovery packets were sent`);
}

async function whatIsWrong(line: Line): Promise<string | undefined> {
  const { customers } = line;
  if (!customers.agree) {
    return `The AC has ${customers.ac.sessions.size} sessions, the customers ${customers.size}`;
  }
  const server = await accountOf(line, "server");
  const wrong = uneven("AC", server, "session_id", [...customers.ac.sessions.keys()]);
  if (wrong !== undefined) return wrong;
  for (const [index, { name }] of BRANCHES.entries()) {
    const client = await accountOf(line, name);
    const there = server.sessions.filter(({ client }) => client === name);
    const wrong = uneven(name, client, "wire_session_id", customers.idsOf(index)) ??
      uneven(`${name} and the server`, client, "handle", there.map(({ handle }) => handle));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/**
 * Compares a daemon's sessions with these ids, each expected once, and checks its queues; returns
 * what is wrong.
 */
function uneven(
  what: string,
  { sessions, status }: Account,
  key: "session_id" | "wire_session_id" | "handle",
  expected: readonly number[],
): string | undefined {
  const ids = sessions.map((session) => session[key]);
  const known = new Set(expected);
  if (new Set(ids).size !== ids.length) return `${what}: two sessions have the same ${key}`;
  if (ids.length !== known.size || ids.some((id) => !known.has(id))) {
    return `${what}: ${known.size} sessions, the daemon has ${ids.length} or others`;
  }
  const long = status.tunnels.find(({ queue_bytes }) => queue_bytes > QUEUE_LIMIT);
  return long && `${what}: ${long.queue_bytes} bytes wait for "${peerOf(long)}"`;
}

/** Requests a daemon's state and all its sessions. */
export async function accountOf(line: Line, name: string): Promise<Account> {
  using admin = new AdminClient(`${line.lab.folder}/${name}.sock`);
  const status = await admin.json({ path: "/api/v1/status" }, Status);
  const sessions: Session[] = [];
  for (let total = 1; sessions.length < total;) {
    const query = { limit: 500, offset: sessions.length };
    const page = await admin.json({ path: "/api/v1/sessions", query }, Sessions);
    if (page.sessions.length === 0) break;
    sessions.push(...page.sessions);
    total = page.total;
  }
  return { status, sessions };
}
