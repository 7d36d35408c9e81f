import { assert } from "@std/assert";
import { insideLab } from "../lab/lab.ts";
import { attackServer } from "./attacked_server.ts";
import { watchFootprint } from "./footprint.ts";
import { PATIENCE } from "../until.ts";
import { QuicStranger } from "./quic_stranger.ts";

const MIB = 1024 * 1024;
/** Number of strangers: all places before the login. */
const STRANGERS = 128;
const PER_ADDRESS = 4;
/** Handshakes at the same time; a lost packet is not repeated, but another stranger is tried. */
const AT_ONCE = 16;
/** Offset at which each stranger's data begins, and its end. */
const GAP = 400;
const END = 470_000;
const FRAME = 1_150;
/** Packets in a row, after which the others get their turn. */
const ROW = 16;
/**
 * Limits of the memory that the data costs: all send 57 MiB, and 48 of them 21 MiB. With almost none,
 * the server has not got it.
 */
const [SOME, MOST] = [2 * MIB, 42 * MIB];

/** Connects all strangers, a few per address. */
async function connectAll(server: Deno.NetAddr): Promise<QuicStranger[]> {
  const strangers: QuicStranger[] = [];
  const began = performance.now();
  while (strangers.length < STRANGERS) {
    const connecting = Array.from({ length: AT_ONCE }, (_, i) => {
      const host = `127.9.0.${Math.floor((strangers.length + i) / PER_ADDRESS) + 1}`;
      return QuicStranger.connect(host, server);
    });
    const settled = await Promise.allSettled(connecting);
    strangers.push(...settled.flatMap((it) => it.status === "fulfilled" ? [it.value] : []));
    const isLate = performance.now() - began > PATIENCE;
    assert(!isLate, `${strangers.length} strangers connected: ${JSON.stringify(settled)}`);
  }
  return strangers;
}

/** Sends data behind a gap; nothing of it can be read. */
async function push(stranger: QuicStranger): Promise<void> {
  const bytes = new Uint8Array(FRAME);
  let sent = 0;
  for (let at = GAP; at + FRAME <= END; at += FRAME) {
    await stranger.stream(at, bytes);
    if (++sent % ROW === 0) await new Promise((resolve) => setTimeout(resolve));
  }
}

Deno.test({
  name: "S1: of 128 strangers' QUIC data behind a gap, the server keeps that of a few",
  ignore: !insideLab(),
  sanitizeOps: false,
  sanitizeResources: false, // the server's QUIC outlives strangers that vanish
  fn: () =>
    attackServer({ transport: "quic" }, ["second"], async (server) => {
      const address = { transport: "udp", hostname: "127.0.0.1", port: server.port } as const;
      const strangers = await connectAll(address);
      const rest = await watchFootprint(server.process.pid).stop();
      await using watch = watchFootprint(server.process.pid);
      await Promise.all(strangers.map(push));
      (await server.logIn("second")).close();
      const { anonymous } = await watch.stop();
      for (const stranger of strangers) stranger.close();
      const memory = anonymous - rest.anonymous;
      const said = `${Math.round(memory / MIB)} MiB`;
      assert(memory > SOME, said);
      assert(memory < MOST, said);
    }),
});
