import { assert, assertEquals } from "@std/assert";
import { makeSelfSigned } from "../../src/cli/keygen/self_signed.ts";
import type { Connection } from "../../src/tunnel/transport/connection.ts";
import { dialQuic } from "../../src/tunnel/quic/quic.ts";
import { QuicListener } from "../../src/tunnel/quic/quic_listener.ts";
import { closeTrust } from "../../src/tunnel/tls/trust_environment.ts";
import { PATIENCE } from "../until.ts";
import {
  captureInitial,
  closingInitial,
  openInitial,
  sealInitial,
} from "../attack/initial_packet.ts";

const made = await makeSelfSigned("server.example", 2, new Date());

const early: Record<string, (client: Connection) => Promise<unknown>> = {
  "a datagram": async (client) => await client.datagrams?.send(Uint8Array.of(1)),
  "more than a handshake": (client) => client.write(new Uint8Array(1_024)),
};

/** Whether a server that reads on closes the connection within this time, in milliseconds. */
async function hangsUp(server: Connection, client: Connection, time: number): Promise<boolean> {
  server.read(new Uint8Array(2_048)).catch(() => {});
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), time);
  const closed = client.read(new Uint8Array(1)).then(() => false, () => true);
  const first = await Promise.race([closed, late.promise]);
  clearTimeout(timer);
  return first;
}

for (const [what, send] of Object.entries(early)) {
  Deno.test(`S1: ${what} ends the connection before login, but not after it`, async () => {
    closeTrust();
    const listener = new QuicListener({ host: "127.0.0.1", port: 0 }, made.certificate, made.key);
    for (const isProven of [false, true]) {
      const accepted = listener.accept();
      const trust = { certificates: [made.certificate] };
      const client = await dialQuic({ host: "127.0.0.1", port: listener.port }, trust, PATIENCE);
      await client.write(Uint8Array.of(0));
      const incoming = await accepted;
      const server = await incoming.open();
      await server.read(new Uint8Array(1));
      if (isProven) incoming.proven?.();
      await send(client);
      assertEquals(await hangsUp(server, client, isProven ? 1_000 : PATIENCE), !isProven);
      client.close();
      incoming.close();
    }
    listener.close();
  });
}

Deno.test("S7: a connection that ends during its handshake, for which forged packets suffice, is not delivered", async () => {
  closeTrust();
  const listener = new QuicListener({ host: "127.0.0.1", port: 0 }, made.certificate, made.key);
  const opened = openInitial(await captureInitial());
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const to = { transport: "udp", hostname: "127.0.0.1", port: listener.port } as const;
  const first = listener.accept();
  for (let i = 0; i < 20; i++) {
    const destination = crypto.getRandomValues(new Uint8Array(opened.header[5]));
    await socket.send(sealInitial(opened, destination), to);
    if (i % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await socket.send(sealInitial(closingInitial(opened), destination), to);
  }
  const { port } = socket.addr as Deno.NetAddr;
  const trust = { certificates: [made.certificate] };
  const client = await dialQuic({ host: "127.0.0.1", port: listener.port }, trust, PATIENCE);
  const incoming = await first;
  assert(incoming.remote.port !== port, "a forged connection was delivered first");
  incoming.close();
  client.close();
  socket.close();
  listener.close();
});
