import { assert } from "@std/assert";
import { ALPN, encodeHello, NONCE_BYTES, PROTOCOL_VERSION } from "../../src/tunnel/handshake.ts";
import { ControlType, KIND_CONTROL } from "../../src/tunnel/record/record.ts";
import { TLS_NAME } from "../../src/tunnel/tls/tls_identity.ts";
import { insideLab } from "../lab/lab.ts";
import { record } from "../proxy/raw_client.ts";
import { attackServer } from "./attacked_server.ts";
import { watchFootprint } from "./footprint.ts";

const MIB = 1024 * 1024;
/** Number of strangers, strangers per address, and bytes that each of them sends. */
const STRANGERS = 200;
const PER_ADDRESS = 4;
const PUSH = 2_000_000;
const DATAGRAM = 1_000;
/** Allowed cost to the server: without a limit it is 2.5 MB for each of 128 places. */
const MEMORY = 64 * MIB;

const HELLO = record(
  KIND_CONTROL,
  ControlType.hello,
  encodeHello({
    version: PROTOCOL_VERSION,
    features: 0,
    nonce: new Uint8Array(NONCE_BYTES),
    name: "branch-1",
  }),
);

/**
 * Data that a stranger sends as soon as possible; rejects when the server closes the connection.
 */
const PUSHES: Record<string, (connection: Deno.QuicConn) => Promise<unknown>> = {
  async datagrams(connection) {
    const bytes = new Uint8Array(DATAGRAM);
    for (let sent = 0; sent < PUSH; sent += DATAGRAM) await connection.sendDatagram(bytes);
    await connection.closed;
  },
  async "a hello and more"(connection) {
    const { writable } = await connection.createBidirectionalStream();
    const writer = writable.getWriter();
    await writer.write(HELLO);
    await writer.write(new Uint8Array(PUSH));
    await connection.closed;
  },
};

for (const [what, push] of Object.entries(PUSHES)) {
  Deno.test({
    name: `S1: 200 strangers that send 2 MB each before login cost little memory: ${what}`,
    ignore: !insideLab(),
    sanitizeOps: false,
    sanitizeResources: false, // QUIC sockets close after sending their last packets
    fn: () =>
      attackServer({ transport: "quic" }, ["second"], async (server) => {
        const certificate = await Deno.readTextFile(`${server.lab.folder}/server.crt`);
        const rest = await watchFootprint(server.process.pid).stop();
        await using watch = watchFootprint(server.process.pid);
        const options = {
          hostname: "127.0.0.1",
          port: server.port,
          serverName: TLS_NAME,
          caCerts: [certificate],
          alpnProtocols: [ALPN],
        };
        let connected = 0;
        const endpoints: Deno.QuicEndpoint[] = [];
        const strangers = Array.from({ length: STRANGERS }, async (_, i) => {
          if (i % PER_ADDRESS === 0) {
            const hostname = `127.8.0.${i / PER_ADDRESS + 1}`;
            endpoints.push(new Deno.QuicEndpoint({ hostname }));
          }
          const endpoint = endpoints[Math.floor(i / PER_ADDRESS)];
          const connection = await Deno.connectQuic({ ...options, endpoint });
          connected++;
          await push(connection);
        });
        await Promise.allSettled(strangers);
        (await server.logIn("second")).close();
        const { memory } = await watch.stop();
        for (const endpoint of endpoints) endpoint.close();
        const facts = JSON.stringify({ connected, memory: memory - rest.memory });
        assert(connected > STRANGERS / 4, facts);
        assert(memory - rest.memory < MEMORY, facts);
      }),
  });
}
