import { assert, assertEquals } from "@std/assert";
import { ALPN } from "../../src/tunnel/handshake.ts";
import { TLS_NAME } from "../../src/tunnel/tls/tls_identity.ts";
import { insideLab } from "../lab/lab.ts";
import { type AttackedServer, attackServer } from "./attacked_server.ts";
import { watchFootprint } from "./footprint.ts";
import { floodInitials, forgeInitials } from "./forged_initials.ts";

const MIB = 1024 * 1024;
/**
 * Initial packets per second, and distinct ones: more than the possible handshakes before one
 * repeats.
 */
const FLOOD = 5_000;
const PACKETS = 20_000;
const LOGINS = 10;
const NEWCOMERS = 60;
/** Allowed cost of a flood to the server: memory, and the share of a core. */
const MEMORY = 96 * MIB;
const LOAD = 0.7;

/** Returns the CPU seconds used by a process (proc_pid_stat(5)). */
async function cpuTime(pid: number): Promise<number> {
  const [, after] = (await Deno.readTextFile(`/proc/${pid}/stat`)).split(") ");
  const fields = after.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Returns the number of datagrams that the kernel dropped for a UDP port of this namespace. */
async function droppedOf(port: number): Promise<number> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = (await Deno.readTextFile("/proc/net/udp")).trim().split("\n").slice(1);
  return lines.map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1].endsWith(local))
    .reduce((sum, fields) => sum + Number(fields.at(-1)), 0);
}

/** Returns how many of these unknown addresses complete QUIC's handshake. */
async function shakeHands(server: AttackedServer, count: number): Promise<number> {
  const certificate = await Deno.readTextFile(`${server.lab.folder}/server.crt`);
  const endpoints = Array.from(
    { length: count },
    (_, i) => new Deno.QuicEndpoint({ hostname: `127.9.${i >> 8}.${i & 0xff}` }),
  );
  const attempts = endpoints.map(async (endpoint) => {
    const connection = await Deno.connectQuic({
      hostname: "127.0.0.1",
      port: server.port,
      endpoint,
      serverName: TLS_NAME,
      caCerts: [certificate],
      alpnProtocols: [ALPN],
    });
    connection.close();
  });
  const timer = setTimeout(() => endpoints.forEach((endpoint) => endpoint.close()), 8_000);
  const outcomes = await Promise.allSettled(attempts);
  clearTimeout(timer);
  endpoints.forEach((endpoint) => endpoint.close());
  return outcomes.filter(({ status }) => status === "fulfilled").length;
}

Deno.test({
  name:
    "S7: the kernel drops a flood of forged Initials; known clients can connect, and new ones may",
  ignore: !insideLab(),
  sanitizeOps: false,
  sanitizeResources: false, // QUIC sockets close after sending their last packets
  fn: () =>
    attackServer({ transport: "quic" }, ["second"], async (server) => {
      const packets = await forgeInitials(PACKETS, server.port);
      const { pid } = server.process;
      const rest = await watchFootprint(pid).stop();
      await using watch = watchFootprint(pid);
      const [cpu, began] = [await cpuTime(pid), performance.now()];
      using flood = floodInitials(packets, FLOOD);
      await server.process.waitForLine(/QUIC Initial flood started/);
      for (let i = 0; i < LOGINS; i++) (await server.logIn("second")).close();
      await server.restartClient();
      const newcomers = await shakeHands(server, NEWCOMERS);
      const [sent, dropped] = [flood.sent, await droppedOf(server.port)];
      const load = (await cpuTime(pid) - cpu) * 1_000 / (performance.now() - began);
      const memory = (await watch.stop()).memory - rest.memory;
      const facts = JSON.stringify({ sent, dropped, newcomers, load, memory });
      // The kernel lets some 200 a second pass, of fewer than FLOOD on a loaded machine.
      assert(dropped > 0.5 * sent, facts);
      assert(newcomers > 0, facts);
      // An address that has not answered must not be logged as an offender.
      const forged = server.process.output.entries.filter((line) => /"198\.1[89]\./.test(line));
      assertEquals(forged, []);
      assert(load < LOAD && memory < MEMORY, facts);
    }),
});
