import { assertEquals, assertGreater, assertRejects } from "@std/assert";
import { raceAddresses } from "../../../src/tunnel/transport/address_race.ts";

const SLOW = "192.0.2.1";
const QUICK = "192.0.2.2";
const BROKEN = "192.0.2.3";

/** A world in which some addresses never answer, some fail and the others connect. */
class Network {
  tried: string[] = [];
  aborted: string[] = [];
  discarded: string[] = [];

  /** Races for a name with these addresses. */
  race(addresses: readonly string[], stop = new AbortController().signal): Promise<string> {
    return raceAddresses(
      "proxy.example",
      {
        connect: (address, signal) => this.#connect(address, signal),
        discard: (late) => this.discarded.push(late),
      },
      stop,
      () => Promise.resolve(addresses.map((address) => ({ address }))),
    );
  }

  async #connect(address: string, signal: AbortSignal): Promise<string> {
    this.tried.push(address);
    if (address === BROKEN) throw new Error("refused");
    if (address !== SLOW) return address;
    const aborted = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => {
      this.aborted.push(address);
      aborted.reject(signal.reason);
    });
    return await aborted.promise;
  }
}

Deno.test("N1: an address that does not answer keeps no other address of the name away", async () => {
  const network = new Network();
  assertEquals(await network.race([SLOW, QUICK]), QUICK);
  assertEquals(network.tried, [SLOW, QUICK]);
  assertEquals(network.aborted, [SLOW]);
});

Deno.test("N1: each address has its own head start: all others are not tried at the same time", async () => {
  const begun: number[] = [];
  const how = {
    connect: (address: string): Promise<string> => {
      begun.push(performance.now());
      return address === QUICK ? Promise.resolve(address) : new Promise(() => {});
    },
    discard: () => {},
  };
  const addresses = ["192.0.2.11", "192.0.2.12", "192.0.2.13", QUICK];
  const found = () => Promise.resolve(addresses.map((address) => ({ address })));
  await raceAddresses("x.example", how, new AbortController().signal, found);
  const [, ...waits] = begun.map((at, i) => at - begun[i - 1]);
  assertEquals(waits.length, 3);
  // A timer may be late, but not early: a busy machine does not fail this.
  for (const wait of waits) assertGreater(wait, 200);
});

Deno.test("N1: addresses of both families take turns, each is tried once, and at most eight are", async () => {
  const network = new Network();
  const six = ["2001:db8::1", "2001:db8::2"];
  await assertRejects(() => network.race([BROKEN, BROKEN]), Error, "refused");
  assertEquals(network.tried.splice(0), [BROKEN]);
  const stop = AbortSignal.timeout(1_000);
  assertEquals(await network.race([BROKEN, QUICK, ...six], stop), six[0]);
  assertEquals(network.tried.splice(0), [BROKEN, six[0]]);
  const many = Array.from({ length: 20 }, (_, i) => `198.51.100.${i}`);
  const all = new Network();
  const refuse = (address: string) => {
    all.tried.push(address);
    return Promise.reject(new Error(address));
  };
  const how = { connect: refuse, discard: () => {} };
  const found = () => Promise.resolve(many.map((address) => ({ address })));
  await assertRejects(() => raceAddresses("x.example", how, stop, found), Error, many[7]);
  assertEquals(all.tried, many.slice(0, 8));
});

Deno.test("N1: a connection that comes after the first is discarded, and an abort ends all", async () => {
  const late = Promise.withResolvers<string>();
  const discarded = Promise.withResolvers<string>();
  const how = {
    connect: (address: string) => address === SLOW ? late.promise : Promise.resolve(address),
    discard: discarded.resolve,
  };
  const found = () => Promise.resolve([{ address: SLOW }, { address: QUICK }]);
  const never = new AbortController().signal;
  assertEquals(await raceAddresses("x.example", how, never, found), QUICK);
  late.resolve(SLOW);
  assertEquals(await discarded.promise, SLOW);

  const network = new Network();
  const stop = new AbortController();
  const race = network.race([SLOW], stop.signal);
  stop.abort(new Error("stopped"));
  await assertRejects(() => race, Error, "stopped");
});

Deno.test("of several failures that of a server that has answered is reported, else the last", async () => {
  const addresses = [BROKEN, SLOW, QUICK];
  const found = () => Promise.resolve(addresses.map((address) => ({ address })));
  const connect = (address: string) => Promise.reject(new Error(address));
  const never = new AbortController().signal;
  const how = { connect, discard: () => {} };
  await assertRejects(() => raceAddresses("x.example", how, never, found), Error, QUICK);
  const isAnswer = (error: unknown) => (error as Error).message === SLOW;
  const race = () => raceAddresses("x.example", { ...how, isAnswer }, never, found);
  await assertRejects(race, Error, SLOW);
});

Deno.test("a name without an address is a failure, and an address needs no resolver", async () => {
  const network = new Network();
  await assertRejects(() => network.race([]), Deno.errors.NotFound, "proxy.example");
  const how = { connect: (address: string) => Promise.resolve(address), discard: () => {} };
  const never = new AbortController().signal;
  const resolve = () => Promise.reject(new Error("asked"));
  assertEquals(await raceAddresses("::1", how, never, resolve), "::1");
});

Deno.test("a name that is not resolved in time says so; a stopped attempt has its own reason", async () => {
  const how = { connect: (address: string) => Promise.resolve(address), discard: () => {} };
  const never = () => new Promise<never>(() => {});
  const said = async (reason: Error): Promise<string> => {
    const controller = new AbortController();
    const race = raceAddresses("proxy.example", how, controller.signal, never);
    controller.abort(reason);
    return String(await race.catch((error) => error));
  };
  const over = "No TLS connection within 2000 ms";
  assertEquals(
    await said(new Deno.errors.TimedOut(over)),
    `TimedOut: Name not resolved: ${over}`,
  );
  assertEquals(await said(new Deno.errors.Interrupted("Stopped")), "Interrupted: Stopped");
  // Afterwards the name is not to blame.
  const network = new Network();
  const controller = new AbortController();
  const race = network.race([SLOW], controller.signal);
  while (network.tried.length === 0) await new Promise((resolve) => setTimeout(resolve));
  controller.abort(new Deno.errors.TimedOut(over));
  assertEquals(String(await race.catch((error) => error)), `TimedOut: ${over}`);
});
