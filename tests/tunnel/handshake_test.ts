import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  authenticateClient,
  authenticateToServer,
  HandshakeError,
  proveClient,
} from "../../src/tunnel/authenticate.ts";
import {
  decodeChallenge,
  decodeHello,
  encodeChallenge,
  encodeHello,
  INSTANCE_BYTES,
  MAX_SECRETS,
  prove,
} from "../../src/tunnel/handshake.ts";
import { memoryConnectionPair } from "./memory_connection.ts";

const secret = new Uint8Array(32).fill(7);
const fingerprint = new Uint8Array(32).fill(9);
const server = {
  fingerprint,
  secrets: (name: string): Uint8Array[] => name === "branch-1" ? [secret] : [],
};
const client = { name: "branch-1", secret, pins: [fingerprint] };

async function meet(
  asClient: typeof client,
  asServer: typeof server = server,
): Promise<[client: PromiseSettledResult<void>, server: PromiseSettledResult<string>]> {
  const [a, b] = memoryConnectionPair();
  return await Promise.allSettled([
    authenticateToServer(a, asClient).catch((error) => {
      a.close();
      throw error;
    }),
    authenticateClient(b, asServer).catch((error) => {
      b.close();
      throw error;
    }),
  ]);
}

function reasonOf(result: PromiseSettledResult<unknown>): string {
  assert(result.status === "rejected");
  assert(result.reason instanceof HandshakeError, String(result.reason));
  return `${result.reason.end.reason} by ${result.reason.end.by}`;
}

Deno.test("both sides authenticate with the same secret", async () => {
  const [a, b] = await meet(client);
  assertEquals(a.status, "fulfilled");
  assert(b.status === "fulfilled");
  assertEquals(b.value, "branch-1");
});

Deno.test("I3: each of a client's secrets is valid, and both ends use the client's", async () => {
  const secrets = [1, 2, 3, 4].map((byte) => new Uint8Array(32).fill(byte));
  for (let count = 1; count <= MAX_SECRETS; count++) {
    const known = secrets.slice(0, count);
    for (const [index, one] of secrets.entries()) {
      const [a, b] = await meet({ ...client, secret: one }, { ...server, secrets: () => known });
      const right = index < count ? "fulfilled" : "rejected";
      assertEquals([a.status, b.status], [right, right], `secret ${index} of ${count}`);
    }
  }
});

Deno.test("a client's process is recognised in each of its hellos, whose nonces differ", async () => {
  const login = async (instance?: Uint8Array) => {
    const [a, b] = memoryConnectionPair();
    const proving = proveClient(b, server);
    const nonces: string[] = [];
    const write = a.write.bind(a);
    a.write = (bytes) => {
      if (nonces.length === 0) nonces.push(bytes.subarray(9, 41).toHex());
      return write(bytes);
    };
    const asClient = instance === undefined ? client : { ...client, instance };
    const joining = authenticateToServer(a, asClient);
    const proven = await proving;
    await Promise.all([proven.accept(), joining]);
    return { instance: proven.instance, nonce: nonces[0] };
  };
  const own = new Uint8Array(INSTANCE_BYTES).fill(5);
  const [one, two] = [await login(own), await login(own)];
  assertEquals([one.instance, two.instance], [own.toHex(), own.toHex()]);
  assertNotEquals(one.nonce, two.nonce);
  assertEquals((await login()).instance, undefined);
});

Deno.test("a wrong secret and an unknown name get the same answer, which both sides report", async () => {
  const wrong = await meet({ ...client, secret: new Uint8Array(32) });
  const unknown = await meet({ ...client, name: "nobody" });
  for (const [a, b] of [wrong, unknown]) {
    assertEquals(reasonOf(a), "not-authenticated by peer");
    assertEquals(reasonOf(b), "not-authenticated by us");
  }
});

Deno.test("a server knows what name a refused login claimed and whether it exists, and sends neither", async () => {
  const answers = [];
  for (const name of ["branch-1", "nobody"]) {
    const [a, b] = await meet({ ...client, name, secret: new Uint8Array(32) });
    assert(b.status === "rejected" && b.reason instanceof HandshakeError);
    assertEquals(b.reason.end.claim, { name, isKnown: name === "branch-1" });
    assert(a.status === "rejected" && a.reason instanceof HandshakeError);
    answers.push(a.reason.end);
  }
  const answer = { reason: "not-authenticated", by: "peer", detail: "" };
  assertEquals(answers, [answer, answer]);
});

Deno.test("a client that hangs up after its hello has claimed a name, too", async () => {
  const refused = await meet({ ...client, pins: [new Uint8Array(32)] });
  assert(refused[1].status === "rejected" && refused[1].reason instanceof HandshakeError);
  assertEquals(refused[1].reason.end.claim?.name, "branch-1");
});

Deno.test("a proof is checked against the same number of secrets for every name and every match", async () => {
  for (const secrets of [[], [secret], [new Uint8Array(32), secret]]) {
    const read: number[] = [];
    const watched = new Proxy(secrets, {
      get(target, key, self): unknown {
        if (typeof key === "string" && /^\d+$/.test(key)) read.push(Number(key));
        return Reflect.get(target, key, self);
      },
    });
    await meet(client, { fingerprint, secrets: () => watched });
    // The matching one is used again, for the server's own proof.
    assertEquals([...new Set(read)], [0, 1, 2, 3]);
  }
});

Deno.test("a client refuses a server whose certificate differs from its pin", async () => {
  const [a] = await meet(client, { ...server, fingerprint: new Uint8Array(32) });
  assertEquals(reasonOf(a), "not-authenticated by us");
});

Deno.test("a server that does not know the secret cannot impersonate the real one", async () => {
  const [a, b] = memoryConnectionPair();
  const impostor = async () => {
    const hello = new Uint8Array(300);
    await b.read(hello);
    const body = encodeChallenge({
      version: 1,
      features: 0,
      nonce: new Uint8Array(32),
      fingerprint,
    });
    await b.write(Uint8Array.of(0x80, body.length, 0, 2, ...body));
    await b.read(hello);
    await b.write(Uint8Array.of(0x80, 32, 0, 4, ...new Uint8Array(32)));
  };
  const [result] = await Promise.allSettled([authenticateToServer(a, client), impostor()]);
  assertEquals(reasonOf(result), "not-authenticated by us");
});

Deno.test("a proof is bound to role, nonces, name, version and certificate", () => {
  const hello = { version: 1, features: 0, nonce: new Uint8Array(32), name: "a" };
  const challenge = { version: 1, features: 0, nonce: new Uint8Array(32), fingerprint };
  const base = prove(secret, "client", encodeHello(hello), encodeChallenge(challenge));
  const others = [
    prove(secret, "server", encodeHello(hello), encodeChallenge(challenge)),
    prove(secret, "client", encodeHello({ ...hello, name: "b" }), encodeChallenge(challenge)),
    prove(secret, "client", encodeHello({ ...hello, features: 1 }), encodeChallenge(challenge)),
    prove(
      secret,
      "client",
      encodeHello({ ...hello, nonce: new Uint8Array(32).fill(1) }),
      encodeChallenge(challenge),
    ),
    prove(
      secret,
      "client",
      encodeHello(hello),
      encodeChallenge({ ...challenge, nonce: new Uint8Array(32).fill(1) }),
    ),
    prove(
      secret,
      "client",
      encodeHello(hello),
      encodeChallenge({ ...challenge, fingerprint: new Uint8Array(32) }),
    ),
  ];
  for (const other of others) assert(other.join() !== base.join());
});

Deno.test("another version is refused as unsupported-version", async () => {
  const [a, b] = memoryConnectionPair();
  const body = encodeHello({
    version: 2,
    features: 0,
    nonce: new Uint8Array(32),
    name: "branch-1",
  });
  await a.write(Uint8Array.of(0x80, body.length, 0, 1, ...body));
  const error = await assertRejects(() => authenticateClient(b, server), HandshakeError);
  assertEquals(error.end.reason, "unsupported-version");
});

Deno.test("a record too long for the handshake is refused from its header alone", async () => {
  const [a, b] = memoryConnectionPair();
  await a.write(Uint8Array.of(0x80 | 0x01, 0x01, 0, 1));
  const error = await assertRejects(() => authenticateClient(b, server), HandshakeError);
  assertEquals(error.end.reason, "protocol-violation");
});

Deno.test("arbitrary bytes never authenticate and only end the handshake", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 600 }), async (bytes) => {
      const [a, b] = memoryConnectionPair();
      const served = authenticateClient(b, server);
      await a.write(bytes);
      a.close();
      await assertRejects(() => served);
    }),
  );
});

Deno.test("hello and challenge survive encoding; arbitrary bytes are rejected or decode to themselves", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 140 }), (bytes) => {
    const hello = decodeHello(bytes);
    if (hello !== undefined) assertEquals(encodeHello(hello), bytes);
    const challenge = decodeChallenge(bytes);
    if (challenge !== undefined) assertEquals(encodeChallenge(challenge), bytes);
  }));
  const hello = { version: 1, features: 5, nonce: new Uint8Array(32).fill(3), name: "caf\u00e9" };
  assertEquals(decodeHello(encodeHello(hello)), hello);
  const marked = { ...hello, name: "\ufeffbranch-1" };
  assertEquals(decodeHello(encodeHello(marked)), marked);
});
