import { assert, assertEquals } from "@std/assert";
import { Status } from "../../../src/admin/api/response_schema.ts";
import { AdminClient } from "../../../src/cli/remote/admin_client.ts";
import { CONTROL_RESERVE, DATA_LIMIT } from "../../../src/tunnel/record/record_queue.ts";
import { insideLab, Lab } from "../lab.ts";
import { startTestAc, type TestAc } from "../peers/test_ac.ts";
import { type DialedSession, startTestClient } from "../peers/test_client.ts";
import { startProxyPair } from "../proxy_pair.ts";

/** By its keepalive alone the server would not give up the stopped client during the test. */
const PATIENT = '[tunnel.keepalive]\ntimeout = "10m"';
/**
 * Least and most time for which the client is stopped, in milliseconds: on a busy machine it takes
 * longer until more is sent than the kernel's buffers hold.
 */
const [STOPPED, MOST] = [5_000, 60_000];
/** Least number of the server's reports. */
const REPORTS = 10;
/** Number of frames per burst, and their size in bytes. */
const [BURST, LENGTH] = [64, 1_400];
/** Time after which a frame that does not come back counts as lost, in milliseconds. */
const LOST = 2_000;
/** Number of frames of which one must come back. */
const ATTEMPTS = 30;
/** Maximum growth of the server, in bytes; less than 1 MiB waits for one tunnel. */
const GROWTH = 8 << 20;

interface Flooded {
  sent: number;
  /** The server's reports between the bursts. */
  accounts: Status[];
}

/** Number of frames that were dropped because the client's queue was full. */
function droppedIn({ accounts }: Flooded): number {
  const drops = accounts.at(-1)?.drops ?? {};
  return (drops["queue-full"] ?? 0) + (drops["queue-stale"] ?? 0);
}

/**
 * Sends to a session as fast as its AC can, with echoes on another session in between, until most
 * frames are dropped.
 */
async function flood(
  ac: TestAc,
  slow: DialedSession,
  other: DialedSession,
  account: () => Promise<Status>,
): Promise<Flooded> {
  const flooded: Flooded = { sent: 0, accounts: [] };
  const frame = new Uint8Array(LENGTH).fill(0x33);
  frame.set([0, 0x21]);
  const began = performance.now();
  const isEnough = (passed: number): boolean =>
    passed > STOPPED && flooded.accounts.length >= REPORTS &&
    droppedIn(flooded) > flooded.sent / 2;
  let passed = 0;
  for (let turn = 0; passed < MOST && !isEnough(passed); turn++) {
    for (let i = 0; i < BURST; i++) ac.send(slow.sessionId, frame);
    flooded.sent += BURST;
    await other.echo(Uint8Array.of(0, 0x21, turn >> 8, turn));
    if (turn % 10 === 0) flooded.accounts.push(await account());
    passed = performance.now() - began;
  }
  return flooded;
}

/**
 * Checks that the session still exists; frames may be lost while the queue is full of older ones.
 */
async function echoInTheEnd(session: DialedSession): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const back = session.echo(Uint8Array.of(0, 0x21, 9, attempt), LOST);
    if (await back.then(() => true, () => false)) return;
  }
  throw new Error(`None of ${ATTEMPTS} frames came back`);
}

Deno.test({
  name: "a stopped client costs the server no memory and its neighbour no frame",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    await lab.cable("cust1", "lan1");
    const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const pair = await startProxyPair(lab, {
      clients: { north: "lan0", south: "lan1" },
      server: PATIENT,
    });
    const other = await lab.use(startTestClient("cust0")).dial();
    const slow = await lab.use(startTestClient("cust1")).dial({ hostUniq: Uint8Array.of(2) });
    await slow.echo(Uint8Array.of(0, 0x21, 1));
    using admin = new AdminClient(`${lab.folder}/server.sock`);
    const account = () => admin.json({ path: "/api/v1/status" }, Status);

    const south = pair.clients.get("south");
    south?.signal("SIGSTOP");
    const flooded = await flood(ac, slow, other, account);
    const { sent, accounts } = flooded;
    south?.signal("SIGCONT");

    const dropped = droppedIn(flooded);
    assert(dropped > sent / 2, `${dropped} of ${sent} frames were dropped`);
    const waiting = accounts.flatMap(({ tunnels }) => tunnels.map((tunnel) => tunnel.queue_bytes));
    assert(Math.max(...waiting) <= DATA_LIMIT + CONTROL_RESERVE, String(waiting));
    const sizes = accounts.map((status) => status.memory_rss_bytes);
    const half = sizes.length >> 1;
    const growth = Math.max(...sizes.slice(half)) - Math.max(...sizes.slice(0, half));
    assert(growth < GROWTH, sizes.join(" "));
    await echoInTheEnd(slow);
    assertEquals(ac.sessions.size, 2);
  },
});
