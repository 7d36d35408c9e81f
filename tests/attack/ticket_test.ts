import { assert, assertEquals } from "@std/assert";
import { abandon } from "../../src/tunnel/connection.ts";
import { insideLab } from "../lab/lab.ts";
import { runCommand } from "../lab/process.ts";
import { ready, startDaemon } from "../lab/proxy_pair.ts";
import { type AttackedServer, attackServer } from "./attacked_server.ts";
import { Neighbour } from "./neighbour.ts";
import { captureClientHello } from "./strangers.ts";

const ignore = !insideLab();
/** Milliseconds in which a client that is kept out by nobody logs in, on a loaded machine. */
const LOGIN = 2_000;
/** The same with the start of its process. */
const START = 10_000;

/** Milliseconds until an attack stands. */
const STAND = 1_500;
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Attempts of so many that get in. */
async function logins(count: number, logIn: () => Promise<Disposable | object>): Promise<number> {
  let succeeded = 0;
  for (let attempt = 0; attempt < count; attempt++) {
    await logIn().then(() => succeeded++, () => {});
    await pause(50);
  }
  return succeeded;
}

function logInWithTicket(server: AttackedServer, name: string): Promise<object> {
  return server.logInWithTicket(name, LOGIN).then((connection) => {
    abandon(connection);
    return connection;
  });
}

const neighbours: [string, number, () => Promise<Uint8Array<ArrayBuffer>>][] = [
  ["whole hellos 100 times a second", 100, () => captureClientHello()],
  ["whole hellos 400 times a second", 400, () => captureClientHello()],
  ["nothing 400 times a second", 400, () => Promise.resolve(new Uint8Array(0))],
];
for (const [what, rate, words] of neighbours) {
  Deno.test({
    name: `S5: a neighbour behind a client's own address that says ${what} keeps it out never`,
    ignore,
    fn: () =>
      attackServer({}, ["second"], async (server) => {
        using neighbour = new Neighbour(server.port, rate, await words());
        await pause(STAND);
        assertEquals(await logins(20, () => logInWithTicket(server, "second")), 20);
        for (let restart = 0; restart < 5; restart++) {
          const since = server.process.output.length;
          server.client.signal("SIGKILL");
          await server.client.status;
          server.client = startDaemon(server.lab, "branch-1");
          await ready(server.client);
          await server.process.waitForLine(/tunnel up.*branch-1/, { since, timeout: START });
        }
        assert(neighbour.count > rate, "the neighbour was there");
      }),
  });
}

/** Has connections to 127.0.0.1 come from another address of the loopback, for the time of `body`. */
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
  name: "S5: strangers from ever new addresses that hold all places keep out no client that is new",
  ignore,
  fn: () =>
    attackServer({}, ["second"], async (server) => {
      const rest = await server.descriptors();
      const source = (number: number): string => `127.80.${number >> 8 & 255}.${number & 255}`;
      using _strangers = new Neighbour(server.port, 400, await captureClientHello(), source);
      await pause(STAND);
      for (let attempt = 1; attempt <= 20; attempt++) {
        const address = `127.90.0.${attempt}`;
        await comingFrom(address, async () => {
          assertEquals(await logins(1, () => logInWithTicket(server, "second")), 1);
        });
      }
      await server.process.waitForLine(/tunnel up.*127\.90\.0\.[1-9]/, { timeout: START });
      assert(await server.descriptors() - rest <= 128 + 40, "descriptors are bounded");
    }),
});
