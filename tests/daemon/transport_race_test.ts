import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { HandshakeError } from "../../src/tunnel/authenticate.ts";
import { raceTransports } from "../../src/daemon/transport_race.ts";
import type { Transport } from "../../src/tunnel/transport.ts";
import { memoryConnectionPair } from "../tunnel/memory_connection.ts";

const BOTH = ["quic", "tls"] as const;
const never = new AbortController().signal;

/** Dials that a test ends by transport. */
function openDials() {
  const begun = new Map<Transport, PromiseWithResolvers<Connected>>();
  const started = Promise.withResolvers<void>();
  const dial = (transport: Transport, stop: AbortSignal) => {
    const one = Promise.withResolvers<Connected>();
    stop.addEventListener("abort", () => one.reject(stop.reason));
    begun.set(transport, one);
    if (begun.size === 2) started.resolve();
    return one.promise;
  };
  return { begun, dial, both: started.promise };
}

type Connected = ReturnType<typeof memoryConnectionPair>[0];
const connection = (): Connected => memoryConnectionPair()[0];

Deno.test("the preferred transport wins if it connects in its head start", async () => {
  const only = connection();
  const begun: Transport[] = [];
  const dial = (transport: Transport) => (begun.push(transport), Promise.resolve(only));
  const raced = await raceTransports(BOTH, dial, never);
  assertEquals(raced, { transport: "quic", connection: only, detail: "" });
  assertEquals(begun, ["quic"]);
});

Deno.test("a transport that is not answered loses to the next one, and is aborted", async () => {
  const { begun, dial, both } = openDials();
  const racing = raceTransports(BOTH, dial, never);
  await both;
  begun.get("tls")?.resolve(connection());
  const { transport, detail } = await racing;
  assertEquals(transport, "tls");
  assertStringIncludes(detail, "quic");
  await assertRejects(() => begun.get("quic")?.promise ?? Promise.resolve());
});

Deno.test("a transport that fails passes its turn on at once; if all fail, each is named", async () => {
  const { begun, dial, both } = openDials();
  const racing = raceTransports(BOTH, dial, never);
  await new Promise((resolve) => setTimeout(resolve, 0));
  begun.get("quic")?.reject(new Error("No QUIC connection"));
  await both;
  begun.get("tls")?.reject(new Error("Connection refused"));
  const error = await assertRejects(() => racing, Error);
  assertStringIncludes(error.message, "quic: No QUIC connection; tls: Connection refused");
});

Deno.test("a server's refusal says more than a transport without an answer", async () => {
  const { begun, dial, both } = openDials();
  const racing = raceTransports(BOTH, dial, never);
  await both;
  begun.get("quic")?.reject(new Error("No QUIC connection"));
  const refusal = new HandshakeError({ reason: "not-authenticated", by: "peer", detail: "" });
  begun.get("tls")?.reject(refusal);
  assertEquals(await racing.catch((error) => error), refusal);
});

Deno.test("a refusal that a person can act on says more than that there is no room", async () => {
  const { begun, dial, both } = openDials();
  const racing = raceTransports(BOTH, dial, never);
  await both;
  const refusal = (reason: "name-in-use" | "too-many-connections") =>
    new HandshakeError({ reason, by: "peer", detail: "" });
  const inUse = refusal("name-in-use");
  begun.get("quic")?.reject(refusal("too-many-connections"));
  begun.get("tls")?.reject(inUse);
  assertEquals(await racing.catch((error) => error), inUse);
});

Deno.test("two connections at the same moment leave one open", async () => {
  const { begun, dial, both } = openDials();
  const racing = raceTransports(BOTH, dial, never);
  await both;
  const [one, other] = [connection(), connection()];
  begun.get("tls")?.resolve(one);
  begun.get("quic")?.resolve(other);
  const winner = await racing;
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([one.closed, other.closed].filter((closed) => closed).length, 1);
  assertEquals((winner.connection as Connected).closed, false);
});

Deno.test("stopping a race gives the reason of the stop", async () => {
  const halt = new AbortController();
  const { dial } = openDials();
  const racing = raceTransports(BOTH, dial, halt.signal);
  halt.abort(new Deno.errors.Interrupted("Stopped"));
  await assertRejects(() => racing, Deno.errors.Interrupted, "Stopped");
});
