import { assertEquals } from "@std/assert";
import { SessionLines } from "../../src/daemon/session_lines.ts";

/** Lines of sessions at a clock that a test moves: how many each client got, and were missing. */
class World {
  time = 0;
  readonly got: Record<string, number> = {};
  readonly suppressed: Record<string, number> = {};
  #lines = new SessionLines(() => this.time);

  log(client: string, what: string): void {
    this.#lines.log(client, what, (suppressed) => {
      this.got[client] = (this.got[client] ?? 0) + 1;
      this.suppressed[client] = (this.suppressed[client] ?? 0) + suppressed;
    });
  }
}

Deno.test("S6: a client that opens sessions for forged customers gets a bounded number of lines, and others theirs", () => {
  const world = new World();
  for (let second = 0; second < 600; second++) {
    world.time = second * 1_000;
    for (let i = 0; i < 100; i++) {
      for (const what of ["opened", "closed"]) world.log("mean", `${what} ${second} ${i}`);
    }
  }
  assertEquals(world.got, { mean: 16_384 + 599 });
  for (let i = 0; i < 4_000; i++) {
    for (const what of ["closed", "opened"]) world.log("honest", `${what} ${i}`);
  }
  assertEquals(world.got, { mean: 16_384 + 599, honest: 8_000 });
});

Deno.test("one customer's lines are limited to 16 and one a second, and say how many are missing", () => {
  const world = new World();
  for (let i = 0; i < 100; i++) world.log("a", "opened 1");
  assertEquals([world.got, world.suppressed], [{ a: 16 }, { a: 0 }]);
  world.log("a", "opened 2");
  assertEquals(world.got, { a: 17 });
  world.time = 1_000;
  world.log("a", "opened 1");
  assertEquals([world.got, world.suppressed], [{ a: 18 }, { a: 84 }]);
});
