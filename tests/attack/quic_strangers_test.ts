import { assert } from "@std/assert";
import { ALPN } from "../../src/tunnel/handshake.ts";
import { insideLab } from "../lab/lab.ts";
import { attackServer } from "./attacked_server.ts";

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Returns the connection id that a client chose (RFC 9000 section 17.2), in hexadecimal. */
function connectionId(datagram: Uint8Array): string {
  return datagram.subarray(6, 6 + datagram[5]).toHex();
}

/** Captures the first datagrams of `count` clients, each of its own connection. */
async function captureInitials(count: number): Promise<Uint8Array[]> {
  const sink = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = sink.addr as Deno.NetAddr;
  const initials = new Map<string, Uint8Array>();
  const endpoints: Deno.QuicEndpoint[] = [];
  while (initials.size < count) {
    const endpoint = new Deno.QuicEndpoint({ hostname: "127.0.0.1" });
    endpoints.push(endpoint);
    const options = { hostname: "127.0.0.1", port, endpoint, alpnProtocols: [ALPN] };
    Promise.resolve(Deno.connectQuic({ ...options, serverName: "pppoe-proxy.invalid" }))
      .catch(() => {}); // there is no answer
    const [initial] = await sink.receive();
    const id = connectionId(initial);
    if (!initials.has(id)) initials.set(id, initial.slice()); // otherwise it was repeated
  }
  sink.close();
  // Not earlier: closing sends packets.
  for (const endpoint of endpoints) endpoint.close();
  return [...initials.values()];
}

Deno.test({
  name: "S7: Initials from addresses that do not answer, in bursts or in a stream, block no client",
  ignore: !insideLab(),
  sanitizeOps: false,
  sanitizeResources: false, // QUIC sockets close after sending their last packets
  fn: () =>
    attackServer({ transport: "quic" }, ["second"], async (server) => {
      const initials = await captureInitials(300);
      const spoofed = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
      const to = { transport: "udp", hostname: "127.0.0.1", port: server.port } as const;
      let sent = 0;
      const burst = async (count: number): Promise<void> => {
        for (let i = 0; i < count; i++) await spoofed.send(initials[sent++ % initials.length], to);
      };
      // From the honest client's own address, and no faster than a socket's buffer accepts them.
      for (let times = 0; times < 20; times++) {
        await burst(20);
        await pause(20);
      }
      let over = false;
      const stream = (async () => {
        while (!over) {
          await burst(2);
          await pause(10);
        }
      })();
      try {
        for (let attempt = 0; attempt < 5; attempt++) {
          (await server.logIn("second")).close();
        }
      } finally {
        over = true;
        await stream;
        spoofed.close();
      }
    }),
});

Deno.test({
  name: "S5: QUIC connections that open no stream block no client of the same address",
  ignore: !insideLab(),
  sanitizeOps: false,
  sanitizeResources: false, // QUIC sockets close after sending their last packets
  fn: () =>
    attackServer({ transport: "quic" }, ["second"], async (server) => {
      const RATE = 40;
      const certificate = await Deno.readTextFile(`${server.lab.folder}/server.crt`);
      const endpoint = new Deno.QuicEndpoint({ hostname: "127.0.0.1" });
      const begin = (): void => {
        const options = { hostname: "127.0.0.1", port: server.port, endpoint };
        Promise.resolve(Deno.connectQuic({
          ...options,
          serverName: "pppoe-proxy.invalid",
          caCerts: [certificate],
          alpnProtocols: [ALPN],
        })).then((connection) => connection.closed).catch(() => {}); // the server closes it
      };
      const flood = setInterval(begin, 1_000 / RATE);
      let failed = 0;
      try {
        await pause(1_000);
        for (let attempt = 0; attempt < 10; attempt++) {
          await server.logIn("second").then((tunnel) => tunnel.close(), () => failed++);
        }
      } finally {
        clearInterval(flood);
        endpoint.close();
      }
      assert(failed <= 2, `${failed} of 10 logins failed`);
    }),
});
