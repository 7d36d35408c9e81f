import { assertEquals } from "@std/assert";
import { authenticateClient, authenticateToServer } from "../../src/tunnel/authenticate.ts";
import {
  encodeChallenge,
  encodeHello,
  FEATURE_ENDED,
  FEATURE_PACKETS,
  PROTOCOL_VERSION,
  prove,
} from "../../src/tunnel/handshake.ts";
import { ControlType, KIND_CONTROL } from "../../src/tunnel/record/record.ts";
import type { DatagramPort } from "../../src/tunnel/transport/connection.ts";
import { record } from "../proxy/raw_client.ts";
import { memoryConnectionPair } from "./memory_connection.ts";

const secret = new Uint8Array(32).fill(5);
const fingerprint = new Uint8Array(32).fill(7);
const credentials = { name: "branch-1", secret, pins: [fingerprint] };
const nonce = new Uint8Array(32);

/** Both ends of a connection; each can send datagrams. */
function ends() {
  const port = (): DatagramPort => ({
    maxSize: 1_200,
    send: () => Promise.resolve(),
    receive: () => new Promise(() => {}),
  });
  const [near, far] = memoryConnectionPair();
  return [
    Object.assign(near, { datagrams: port() }),
    Object.assign(far, { datagrams: port() }),
  ] as const;
}

Deno.test("two ends of this version send each other packets and ends", async () => {
  const [near, far] = ends();
  await Promise.all([
    authenticateToServer(near, credentials),
    authenticateClient(far, { fingerprint, secrets: () => [secret] }),
  ]);
  assertEquals([near.datagrams.packs, far.datagrams.packs], [true, true]);
  assertEquals([near.readsEnded, far.readsEnded], [true, true]);
});

Deno.test("an older peer, or one with other features, gets no packets and no ends", async () => {
  for (const features of [0, 0xffff_fffe, FEATURE_PACKETS]) {
    const wanted = features === FEATURE_PACKETS;
    const hello = encodeHello({ version: PROTOCOL_VERSION, features, nonce, name: "branch-1" });
    const challenge = encodeChallenge({ version: PROTOCOL_VERSION, features, nonce, fingerprint });
    const say = (type: number, body: Uint8Array) => record(KIND_CONTROL, type, body);

    const [client, server] = ends();
    const login = authenticateToServer(client, credentials);
    await server.write(say(ControlType.challenge, challenge));
    await server.taken();
    const sent = new Uint8Array(400);
    const length = await server.read(sent) ?? 0;
    const own = sent.slice(4, length);
    await server.write(say(ControlType.accept, prove(secret, "server", own, challenge)));
    await login;
    assertEquals(client.datagrams.packs, wanted);
    assertEquals(client.readsEnded, (features & FEATURE_ENDED) !== 0);

    const [peer, accepting] = ends();
    const accepted = authenticateClient(accepting, { fingerprint, secrets: () => [secret] });
    await peer.write(say(ControlType.hello, hello));
    const answer = new Uint8Array(400);
    const answered = await peer.read(answer) ?? 0;
    const proof = prove(secret, "client", hello, answer.slice(4, answered));
    await peer.write(say(ControlType.proof, proof));
    await accepted;
    assertEquals(accepting.datagrams.packs, wanted);
    assertEquals(accepting.readsEnded, (features & FEATURE_ENDED) !== 0);
  }
});
