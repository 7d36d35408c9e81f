import { assert, assertEquals } from "@std/assert";
import { Backoff } from "../../src/daemon/backoff.ts";
import { abandon, type Connection } from "../../src/tunnel/transport/connection.ts";
import { decodeAlert, TOO_BUSY } from "../../src/tunnel/tls/tls_alert.ts";
import { insideLab } from "../lab/lab.ts";
import { runCommand } from "../lab/process.ts";
import { makeSecret, ready, startDaemon } from "../lab/proxy_pair.ts";
import { type AttackedServer, attackServer } from "./attacked_server.ts";
import { Neighbour } from "./neighbour.ts";
import { RawTcp } from "./raw_tcp.ts";
import { captureClientHello } from "./strangers.ts";

const ignore = !insideLab();
/** Time limit for all clients of a server to reconnect on a loaded machine, in milliseconds. */
const RETURN = 120_000;
/**
 * Number of failures in 20 logins that a loaded machine may cause: it stops this process for a
 * moment, so that a hello is late and the flood a burst. Clients that are blocked fail 11 to 20
 * times.
 */
const BY_MACHINE = 5;
/**
 * Maximum number of descriptors of one address with a known client, including connections in their
 * hello.
 */
const ONE_ADDRESS = 4 + 1 + 16;

/** Time for an attack to take effect, in milliseconds. */
const STAND = 1_500;
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Returns the causes of those of `count` attempts that fail. */
async function failures(count: number, logIn: () => Promise<object>): Promise<unknown[]> {
  const causes: unknown[] = [];
  for (let attempt = 0; attempt < count; attempt++) {
    await logIn().catch((error) => causes.push(error));
    await pause(50);
  }
  return causes;
}

function logInWithTicket(server: AttackedServer, name: string): Promise<object> {
  return server.logInWithTicket(name).then((connection) => {
    abandon(connection);
    return connection;
  });
}

const neighbours: [string, number, () => Promise<Uint8Array<ArrayBuffer>>][] = [
  ["100 whole hellos per second", 100, () => captureClientHello()],
  ["400 whole hellos per second", 400, () => captureClientHello()],
  ["nothing on 400 connections per second", 400, () => Promise.resolve(new Uint8Array(0))],
];
for (const [what, rate, words] of neighbours) {
  Deno.test({
    name: `S5: a neighbour behind a client's own address that sends ${what} never blocks it`,
    ignore,
    fn: () =>
      attackServer({}, ["second"], async (server) => {
        using neighbour = new Neighbour(server.port, rate, await words());
        await pause(STAND);
        const failed = await failures(20, () => logInWithTicket(server, "second"));
        assert(failed.length <= BY_MACHINE, failed.join("; "));
        for (let restart = 0; restart < 5; restart++) {
          const since = server.process.output.length;
          server.client.signal("SIGKILL");
          await server.client.status;
          server.client = startDaemon(server.lab, "branch-1");
          await ready(server.client);
          await server.process.waitForLine(/tunnel up.*branch-1/, { since });
        }
        assert(neighbour.count > rate, "the neighbour was not active");
      }),
  });
}

Deno.test({
  name:
    "S3 S5: 64 clients of a restarted server behind one address reconnect despite their neighbour",
  ignore,
  fn: () => {
    const names = Array.from({ length: 64 }, (_, index) => `client-${index}`);
    return attackServer({}, names, async (server) => {
      using _neighbour = new Neighbour(server.port, 400, await captureClientHello());
      await pause(STAND);
      const end = performance.now() + RETURN;
      const comesIn = async (name: string): Promise<Connection | undefined> => {
        const backoff = new Backoff({ base: 500, cap: 2_000, reset: 60_000 }, Math.random);
        while (performance.now() < end) {
          try {
            return await server.logInWithTicket(name);
          } catch {
            await pause(backoff.next(0));
          }
        }
        return undefined;
      };
      const connections = await Promise.all(names.map(comesIn));
      assertEquals(names.filter((_, index) => connections[index] === undefined), []);
      for (const each of connections) if (each !== undefined) abandon(each);
    });
  },
});

Deno.test({
  name: "S5: an observer that repeats a client's ticket 100 times per second never blocks it",
  ignore,
  fn: () =>
    attackServer({}, ["second"], async (server) => {
      const rest = await server.descriptors();
      const hello = await captureClientHello(server.ticket("second"));
      using _observer = new Neighbour(server.port, 100, hello);
      await pause(STAND);
      // The descriptors beyond a neighbour's places.
      assert(
        await server.descriptors() - rest <= ONE_ADDRESS + 1,
        "more than one place of the client",
      );
      const failed = await failures(20, () => logInWithTicket(server, "second"));
      assert(failed.length <= BY_MACHINE, failed.join("; "));
    }),
});

/**
 * Returns the alert to a connection that presents a ticket, from an address without a free place.
 */
async function heardBeside(server: AttackedServer, ticket: string): Promise<number | undefined> {
  const [first, hello] = [await captureClientHello(), await captureClientHello(ticket)];
  const other = new RawTcp("127.66.0.1", server.port);
  await pause(50);
  other.send(first);
  await other.firstWords();
  const client = new RawTcp("127.66.0.1", server.port);
  await pause(50);
  client.send(hello);
  const heard = await client.firstWords();
  for (const each of [other, client]) each.close();
  return decodeAlert(heard);
}

Deno.test({
  name: "S5: a client's tickets become invalid when a reload removes it or changes its secret",
  ignore,
  fn: () =>
    attackServer({ server: '[tunnel.admission]\nper_address = 1\ntimeout = "1m"' }, [
      "second",
      "third",
    ], async (server) => {
      const { lab } = server;
      const shows = (name: string) => heardBeside(server, server.ticket(name));
      // An admitted client gets the server's hello, not an alert in plain text.
      assertEquals([await shows("second"), await shows("third")], [undefined, undefined]);
      await makeSecret(lab, "new");
      const path = `${lab.folder}/server.toml`;
      const [before, rest] = (await Deno.readTextFile(path)).split('[[clients]]\nname = "second"');
      const changed = rest.slice(rest.indexOf("[[clients]]")).replace(
        "branch-1.secret",
        "new.secret",
      );
      await Deno.writeTextFile(path, before + changed);
      const since = server.process.output.length;
      server.process.signal("SIGHUP");
      await server.process.waitForLine(/"message":"reloaded"/, { since });
      assertEquals([await shows("second"), await shows("third")], [TOO_BUSY, TOO_BUSY]);
    }),
});

/** Runs `body` while connections to 127.0.0.1 use another loopback address as their source. */
async function comingFrom(address: string, body: () => Promise<void>): Promise<void> {
  const route = (source: string): Promise<string> =>
    runCommand(
      ...["ip", "route", "replace", "local", "127.0.0.1", "dev", "lo", "table", "local"] as const,
      ...["proto", "kernel", "scope", "host", "src", source],
    );
  await route(address);
  try {
    await body();
  } finally {
    await route("127.0.0.1");
  }
}

Deno.test({
  name: "S5: strangers from ever new addresses that hold all places do not block a new client",
  ignore,
  fn: () =>
    attackServer({}, ["second"], async (server) => {
      const rest = await server.descriptors();
      const source = (number: number): string => `127.80.${number >> 8 & 255}.${number & 255}`;
      using _strangers = new Neighbour(server.port, 400, await captureClientHello(), source);
      await pause(STAND);
      const causes: unknown[] = [];
      for (let client = 1; client <= 20; client++) {
        const address = `127.90.0.${client}`;
        await comingFrom(address, async () => {
          const failed = await failures(1, () => logInWithTicket(server, "second"));
          causes.push(...failed);
          // A client's daemon tries again.
          for (let again = 0; failed.length > 0 && again < 5; again++) {
            if ((await failures(1, () => logInWithTicket(server, "second"))).length === 0) return;
          }
          if (failed.length > 0) throw failed[0];
        });
      }
      assert(causes.length <= BY_MACHINE, `first attempts failed: ${causes.join("; ")}`);
      await server.process.waitForLine(/tunnel up.*127\.90\.0\.[1-9]/);
      assert(await server.descriptors() - rest <= 128 + 40, "too many descriptors");
    }),
});
