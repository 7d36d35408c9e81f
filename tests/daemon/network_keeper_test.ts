import { assert, assertEquals } from "@std/assert";
import { NetworkKeeper, restoreNetworks } from "../../src/daemon/network_keeper.ts";
import type { StoredNetwork } from "../../src/state/network_file.ts";
import { networksOf } from "../../src/tunnel/admission/network.ts";
import { Reputation } from "../../src/tunnel/admission/reputation.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = 1_700_000_000_000;

/** A keeper on a clock that the test turns. */
class World {
  time = 0;
  saves: StoredNetwork[][] = [];
  works = true;
  connected: [client: string, host: string][] = [];
  readonly reputation = new Reputation(() => this.time);
  readonly keeper: NetworkKeeper;
  #timer: { at: number; run: () => void } | undefined;

  constructor(stored: readonly StoredNetwork[] = [], wallClock = START) {
    const clock = { wallClock: () => wallClock, knows: (client: string) => client !== "removed" };
    restoreNetworks(this.reputation, stored, clock);
    this.keeper = new NetworkKeeper({
      reputation: this.reputation,
      file: {
        save: (networks) => {
          this.saves.push([...networks]);
          return Promise.resolve(this.works);
        },
      },
      now: () => this.time,
      wallClock: () => wallClock + this.time,
      later: (milliseconds, run) => {
        const timer = this.#timer = { at: this.time + milliseconds, run };
        return () => {
          if (this.#timer === timer) this.#timer = undefined;
        };
      },
      noteConnected: () => {
        for (const [client, host] of this.connected) this.logIn(client, host);
      },
    });
  }

  logIn(client: string, host: string): void {
    this.reputation.loggedIn(client, networksOf(host));
  }

  async pass(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    while (this.#timer !== undefined && this.#timer.at <= end) {
      const { at, run } = this.#timer;
      this.time = at;
      run();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.time = end;
  }

  standing(host: string): string {
    return this.reputation.standing(networksOf(host));
  }
}

Deno.test("S5: a server that was killed knows the networks of its clients", async () => {
  const before = new World();
  before.logIn("a", "192.0.2.1");
  before.logIn("b", "2001:db8::1");
  await before.pass(10_000);
  assertEquals(before.saves.length, 1);
  const after = new World(before.saves[0], START + DAY);
  assertEquals(after.standing("192.0.2.1"), "known");
  assertEquals(after.standing("2001:db8::2"), "known");
  assertEquals(after.standing("192.0.2.2"), "new");
  assertEquals(after.reputation.latest(8), ["192.0.2.1", "2001:db8:0:0::/64"]);
});

Deno.test("a client's network is forgotten a week after its last login, restarts or not", async () => {
  const before = new World();
  before.logIn("a", "192.0.2.1");
  await before.pass(10_000);
  const [stored] = before.saves;
  assertEquals(new World(stored, START + 6.9 * DAY).standing("192.0.2.1"), "known");
  assertEquals(new World(stored, START + 7.1 * DAY).standing("192.0.2.1"), "new");
  assertEquals(new World(stored, START - 900 * DAY).standing("192.0.2.1"), "known");
  const later = new World(stored, START + 6.9 * DAY);
  await later.pass(DAY);
  later.logIn("b", "192.0.2.3");
  assertEquals(later.standing("192.0.2.1"), "new");
});

Deno.test("networks are written rarely, whatever clients do", async () => {
  const world = new World();
  for (let second = 0; second < 3_600; second++) {
    world.logIn("a", "192.0.2.1");
    await world.pass(1_000);
  }
  assertEquals(world.saves.length, 1);
  for (let second = 0; second < 3_600; second++) {
    world.logIn("a", `192.0.2.${second % 250}`);
    await world.pass(1_000);
  }
  assert(world.saves.length <= 14, `${world.saves.length} writes`);
  assert(world.saves.every((networks) => networks.length <= 4));
});

Deno.test("a client that is connected for weeks is known after a kill", async () => {
  const world = new World();
  world.connected = [["a", "192.0.2.1"]];
  world.logIn("a", "192.0.2.1");
  await world.pass(9 * DAY);
  assert(world.saves.length <= 4 * 9 + 1, `${world.saves.length} writes`);
  const after = new World(world.saves.at(-1), START + 9 * DAY + HOUR);
  assertEquals(after.standing("192.0.2.1"), "known");
});

Deno.test("networks of a client that was removed are neither kept nor restored", () => {
  const world = new World([
    { client: "removed", network: "192.0.2.1", at: START },
    { client: "a", network: "192.0.2.2", at: START },
    { client: "b", network: "192.0.2.2", at: START },
  ]);
  assertEquals([world.standing("192.0.2.1"), world.standing("192.0.2.2")], ["new", "known"]);
  world.reputation.forget("a");
  assertEquals(world.reputation.logins(networksOf("192.0.2.2")), 1);
  world.reputation.forget("b");
  assertEquals(world.standing("192.0.2.2"), "new");
});

Deno.test("what could not be written is written later, and at the end", async () => {
  const world = new World();
  world.works = false;
  world.logIn("a", "192.0.2.1");
  await world.pass(10_000);
  await world.pass(HOUR / 4);
  const failed = world.saves.length;
  assert(failed > 1 && failed < 6, `${failed} attempts`);
  world.works = true;
  await world.pass(HOUR);
  assertEquals(world.saves.length, failed + 1);
  await world.keeper.stop();
  assertEquals(world.saves.length, failed + 2);
  await world.pass(DAY);
  assertEquals(world.saves.length, failed + 2);
});
