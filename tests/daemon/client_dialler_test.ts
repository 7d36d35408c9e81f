import { assertEquals } from "@std/assert";
import { makeSelfSigned } from "../../src/cli/keygen/self_signed.ts";
import { readPin } from "../../src/config/files/certificate.ts";
import { ClientDialler } from "../../src/daemon/client_dialler.ts";
import type { ClientOptions } from "../../src/daemon/client_options.ts";
import { closeTrust } from "../../src/tunnel/tls/trust_environment.ts";
import { listen } from "../../src/tunnel/transport.ts";
import type { Listener } from "../../src/tunnel/transport/listener.ts";
import { inTime } from "../until.ts";

closeTrust();

const { certificate, key } = await makeSelfSigned("server.example", 2, new Date());

/** Accepts a client's connection; returns what it sends first, and what hangs up. */
async function accept(listener: Listener) {
  const incoming = await listener.accept();
  await incoming.greeted();
  const connection = await incoming.open();
  return { hello: connection.read(new Uint8Array(1_024)), close: () => incoming.close() };
}

Deno.test({
  name: "a preferred server gets one login at a time, whichever transport it answers over",
  sanitizeOps: false, // Deno closes QUIC's sockets later
  sanitizeResources: false,
  fn: async () => {
    const host = "127.0.0.1";
    const quic = listen("quic", { host, port: 0 }, certificate, key, () => {});
    const server = { host, port: quic.port };
    const tls = listen("tls", server, certificate, key, () => {});
    const dialler = new ClientDialler({
      transport: "auto",
      servers: [server, { host, port: 1 }],
      settings: {
        trust: { certificates: [certificate] },
        route: {},
        credentials: {
          name: "branch-1",
          secret: new Uint8Array(32),
          pins: [await readPin(certificate)],
        },
        choice: { failbackAfter: 1, failoverAfter: 0 },
        connectTimeout: 60_000,
      },
      tune() {},
      now: () => performance.now(),
    } as unknown as ClientOptions, () => false);
    const current = { server: 1, transport: "quic", detail: "" } as never;
    const stop = new AbortController();
    const [preferred] = dialler.candidates(current);
    const dialling = preferred.dial(stop.signal).catch(() => {});
    const ends = await inTime(Promise.all([accept(quic), accept(tls)]));
    const turn = await inTime(Promise.race(ends.map(({ hello }, i) => hello.then(() => i))));
    const [first, second] = [ends[turn], ends[1 - turn]];
    const meanwhile = new Promise((resolve) => setTimeout(() => resolve("nothing"), 200));
    const both = second.hello.then(() => "another login", () => "hung up");
    assertEquals(await Promise.race([both, meanwhile]), "nothing");
    first.close();
    assertEquals(await inTime(both), "another login");
    stop.abort();
    await inTime(dialling);
    for (const each of [second, quic, tls]) each.close();
  },
});
