import { assert } from "@std/assert";
import { ALPN } from "../../src/tunnel/handshake.ts";
import { insideLab } from "../lab/lab.ts";
import { attackServer } from "./attacked_server.ts";

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** First datagrams of so many clients, each of which begins a connection of its own. */
async function captureInitials(count: number): Promise<Uint8Array[]> {
  const sink = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = sink.addr as Deno.NetAddr;
  const initials: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const endpoint = new Deno.QuicEndpoint({ hostname: "127.0.0.1" });
    const options = { hostname: "127.0.0.1", port, endpoint, alpnProtocols: [ALPN] };
    Promise.resolve(Deno.connectQuic({ ...options, serverName: "pppoe-proxy.invalid" }))
      .catch(() => {}); // nobody answers
    const [initial] = await sink.receive();
    initials.push(initial.slice());
    endpoint.close();
  }
  sink.close();
  return initials;
}

Deno.test({
  name: "S7: Initials from addresses that do not answer keep no client out, at once or in a stream",
  ignore: !insideLab(),
  sanitizeOps: false,
  sanitizeResources: false, // QUIC's sockets close when their last words have been said
  fn: () =>
    attackServer({ transport: "quic" }, ["second"], async (server) => {
      const initials = await captureInitials(400);
      const spoofed = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
      const to = { transport: "udp", hostname: "127.0.0.1", port: server.port } as const;
      let sent = 0;
      const burst = async (count: number): Promise<void> => {
        for (let i = 0; i < count; i++) await spoofed.send(initials[sent++ % initials.length], to);
      };
      await burst(140);
      let over = false;
      const stream = (async () => {
        while (!over) {
          await burst(2);
          await pause(20);
        }
      })();
      try {
        for (let attempt = 0; attempt < 5; attempt++) {
          const began = performance.now();
          (await server.logIn("second", 5_000)).close();
          assert(performance.now() - began < 5_000);
        }
      } finally {
        over = true;
        await stream;
        spoofed.close();
      }
    }),
});
