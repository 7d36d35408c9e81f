import { assertEquals, assertRejects } from "@std/assert";
import { Reception } from "../../src/daemon/reception.ts";
import { authenticateToServer, HandshakeError } from "../../src/tunnel/authenticate.ts";
import { networksOf } from "../../src/tunnel/admission/network.ts";
import { Reputation } from "../../src/tunnel/admission/reputation.ts";
import { TicketReader } from "../../src/tunnel/admission/ticket.ts";
import type { Connection } from "../../src/tunnel/transport/connection.ts";
import { type MemoryConnection, memoryConnectionPair } from "../tunnel/memory_connection.ts";
import { inTime } from "../until.ts";

const FINGERPRINT = new Uint8Array(32).fill(2);
const HOST = "192.0.2.1";
/** Longer than a login may take before another connection takes its place, in milliseconds. */
const SLOW = 5_000;

/** A reception with room for one connection of an address, which lets the slow one go. */
function openReception() {
  const clock = { now: 0 };
  const now = () => clock.now;
  const reputation = new Reputation(now);
  const reception = new Reception({
    limits: { unauthenticated: 64, perAddress: 1, handshakeRate: 1_000, timeout: 60_000 },
    reputation,
    credentials: () => ({ fingerprint: FINGERPRINT, secrets: () => [new Uint8Array(32).fill(1)] }),
    tickets: () => new TicketReader(new Map()),
    now,
    random: () => 0.5,
  });
  /** A connection arrives; whoever sends a last record waits until it is closed. */
  const arrive = (failure?: Error, encrypted = true) => {
    const [near, far] = memoryConnectionPair();
    const closed = Promise.withResolvers<void>();
    const close = (): void => (far.close(), closed.resolve());
    const connection: Connection = Object.assign(far, { delivered: () => closed.promise });
    const received = reception.receive({
      remote: { host: HOST, port: 7 },
      ...{ encrypted, scarce: false, refuse: close, close },
      greeted: () => Promise.resolve([]),
      hasSpoken: () => true,
      open: () => failure === undefined ? Promise.resolve(connection) : Promise.reject(failure),
    });
    return { near, received, close };
  };
  return { clock, arrive, standing: () => reputation.standing(networksOf(HOST)) };
}

/** Logs in with a secret that is not that of the client; resolves when that was refused. */
async function logInWrongly(connection: MemoryConnection): Promise<void> {
  const credentials = { name: "branch-1", secret: new Uint8Array(32), pins: [FINGERPRINT] };
  await assertRejects(() => inTime(authenticateToServer(connection, credentials)), HandshakeError);
}

for (const hasLoggedIn of [true, false]) {
  const reason = hasLoggedIn ? "not-authenticated" : "too-many-connections";
  Deno.test(`a displaced connection that ${hasLoggedIn ? "was" : "was not"} refused ends as ${reason}`, async () => {
    const { clock, arrive } = openReception();
    const first = arrive();
    if (hasLoggedIn) await logInWrongly(first.near);
    else await first.near.taken();
    clock.now += SLOW;
    const second = arrive();
    const { end } = await assertRejects(() => inTime(first.received), HandshakeError);
    assertEquals(
      [end.reason, end.claim?.name],
      hasLoggedIn ? [reason, "branch-1"] : [reason, undefined],
    );
    second.close();
    await assertRejects(() => inTime(second.received));
  });
}

const TOO_MANY = "Too many open files (os error 24)";

for (
  const [standing, encrypted, failure] of [
    ["failed", false, new Error("tls handshake eof")],
    ["new", false, new Error(TOO_MANY)],
    ["new", false, new Error("Cannot hand a connection to Deno: socket failed with EMFILE")],
    ["failed", true, new Error(`closed by peer: ${TOO_MANY}`)],
    ["failed", false, new HandshakeError({ reason: "shutdown", by: "peer", detail: TOO_MANY })],
  ] as const
) {
  Deno.test(`an address is ${standing} after "${failure.message}"`, async () => {
    const { arrive, standing: now } = openReception();
    await assertRejects(() => inTime(arrive(failure, encrypted).received));
    assertEquals(now(), standing);
  });
}
