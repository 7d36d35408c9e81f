import { assertEquals } from "@std/assert";
import { HistoryKeeper } from "../../src/daemon/history_keeper.ts";
import { History } from "../../src/history/history.ts";
import { valuesOf } from "../../src/history/reading.ts";
import type { StoredMinute } from "../../src/history/stored_minute.ts";
import type { MinuteRecord } from "../../src/state/minute_record.ts";
import { COARSE, FINE, ScriptedSource, START } from "../history/source.ts";

/** A keeper on a clock that the test turns. */
class World {
  source = new ScriptedSource();
  history = new History(this.source);
  stored: MinuteRecord[] = [];
  time = START;
  keeper: HistoryKeeper;
  #timers = new Set<{ at: number; run: () => void }>();

  constructor(
    { earlier = [], others = [] }: {
      earlier?: MinuteRecord[];
      others?: StoredMinute[] | Promise<StoredMinute[]>;
    } = {},
  ) {
    this.keeper = new HistoryKeeper({
      history: this.history,
      now: () => this.time - START,
      wallClock: () => this.time,
      files: {
        load: () => earlier,
        append: (record) => Promise.resolve(void this.stored.push(record)),
      },
      others: async () => await others,
      later: (milliseconds, run) => {
        const timer = { at: this.time + milliseconds, run };
        this.#timers.add(timer);
        return () => void this.#timers.delete(timer);
      },
      startedAt: START,
    });
  }

  /** Lets time pass, with timers that are up to `late` milliseconds late. */
  async pass(milliseconds: number, late = 0): Promise<void> {
    const end = this.time + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].sort((one, other) => one.at - other.at);
      if (next === undefined || next.at + late > end) break;
      this.#timers.delete(next);
      this.time = Math.max(this.time, next.at + late);
      next.run();
      await this.settle();
    }
    this.time = end;
  }

  /** Lets promises that are due run. */
  async settle(): Promise<void> {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }

  rates(from: number): (number | null)[] {
    const range = { from, to: this.time, points: 1_440 };
    const reading = this.history.read({}, this.history.plan(range, this.time, true));
    return reading === undefined ? [] : valuesOf(reading, "bytesUp");
  }
}

Deno.test("each step is sampled once at its end, however late the timers are", async () => {
  for (const late of [0, 1, 900, 4_000]) {
    const world = new World();
    world.source.set("a", { bytesUp: 0 });
    for (let second = 1; second <= 120; second++) {
      await world.pass(1_000, late);
      world.source.set("a", { bytesUp: second * 500 });
    }
    const rates = world.rates(START).slice(0, 11);
    assertEquals(rates.filter((rate) => rate === null), [], `${late} ms late`);
    for (const rate of rates.slice(1)) assertEquals(Math.round((rate ?? 0) / 100), 5);
  }
});

Deno.test("a minute is stored once it is over, with its events and what other threads have", async () => {
  const step = Math.floor(START / COARSE);
  const others = [{ step, covered: 60_000, total: [7, 0, 0, 0, 1, 0, 9, 2], clients: [] }];
  const world = new World({ others });
  world.source.set("a", { bytesUp: 100, sessionsOpen: 2, roundTrip: 5 });
  world.history.events.add({ time: START + 5, kind: "reload", facts: {} });
  await world.pass(40_000);
  assertEquals(world.stored.map(({ minute }) => minute.step), [step]);
  const [{ minute, events }] = world.stored;
  assertEquals(minute.total, [107, 0, 0, 0, 3, 0, 9, 2]);
  assertEquals(minute.clients.map(([name, values]) => [name, values[0]]), [["a", 100]]);
  assertEquals(events.map(({ kind }) => kind), ["reload"]);
  await world.pass(COARSE);
  assertEquals(world.stored[1].events, []);
});

Deno.test("the end of a daemon stores the minute that has begun, and the next one continues it", async () => {
  const first = new World();
  first.source.set("a", { bytesUp: 3_000 });
  await first.pass(FINE + 2_000);
  first.source.set("a", { bytesUp: 5_000 });
  const store = await first.keeper.stop();
  first.history.events.add({ time: first.time - 1, kind: "drain", facts: {} });
  await store();
  assertEquals(first.stored.map(({ minute }) => minute.total[0]), [5_000]);
  assertEquals(first.stored[0].events.length, 1);
  await first.pass(COARSE);
  assertEquals(first.stored.length, 1);

  const second = new World({ earlier: first.stored });
  second.source.set("a", { bytesUp: 1_000 });
  await second.pass(40_000);
  assertEquals(second.stored.map(({ minute }) => minute.total[0]), [6_000]);
  assertEquals(second.history.events.between(0, second.time).map(({ kind }) => kind), ["drain"]);
});

Deno.test("a thread that does not answer delays a minute, and loses only its own part", async () => {
  const { promise } = Promise.withResolvers<StoredMinute[]>();
  const world = new World({ others: promise });
  world.source.set("a", { bytesUp: 100 });
  await world.pass(FINE);
  const stopped = world.keeper.stop();
  await world.pass(1_000);
  await (await stopped)();
  assertEquals(world.stored.map(({ minute }) => minute.total[0]), [100]);
});

Deno.test("a sample of many sessions takes several turns, one after the other, until it stops", async () => {
  const world = new World();
  world.source.turn = 1;
  for (let handle = 1; handle <= 4; handle++) world.source.dial("a", handle);
  const step = FINE - (START + FINE) % FINE;
  await world.pass(step);
  assertEquals(world.history.isSampling, true);
  await world.pass(60);
  world.keeper.minute(Math.floor(START / COARSE)); // another thread asks meanwhile
  assertEquals(world.history.size.sessions, 2, "it takes no turn of its own");
  await world.pass(140);
  assertEquals(world.history.isSampling, false);
  assertEquals(world.history.size.sessions, 4);
  await world.pass(FINE);
  await world.keeper.stop();
  world.source.dial("a", 5);
  await world.pass(10 * FINE);
  assertEquals(world.history.size.sessions, 4, "no turn after the end");
});
