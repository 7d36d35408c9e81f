import { assertEquals, assertGreater } from "@std/assert";
import { collector, MemoryReclaim, oldGeneration } from "../../src/daemon/memory_reclaim.ts";

const MEBIBYTE = 1024 * 1024;

/** A keeper with inputs that a test sets, and the actions that it took. */
function keeper() {
  const state = { frames: 0, old: 3 * MEBIBYTE };
  const done: string[] = [];
  const memory = new MemoryReclaim({
    frames: () => state.frames,
    oldGeneration: () => state.old,
    collect: () => {
      done.push("collect");
      state.old = 3 * MEBIBYTE;
    },
    dropPages: () => done.push("drop"),
  });
  return { state, done, memory };
}

Deno.test("garbage is collected at the first quiet check, and again only after growth", () => {
  const { state, done, memory } = keeper();
  for (let look = 0; look < 4; look++) memory.look();
  assertEquals(done.filter((what) => what === "collect").length, 1);
  state.old += 3 * MEBIBYTE;
  memory.look();
  assertEquals(done.filter((what) => what === "collect").length, 2);
});

Deno.test("garbage is not collected while frames arrive", () => {
  const { state, done, memory } = keeper();
  for (let look = 0; look < 30; look++) {
    state.frames += 10_000;
    state.old += MEBIBYTE;
    memory.look();
  }
  assertEquals(done.includes("collect"), false);
});

Deno.test("pages of the executable are dropped at startup and every half minute of quiet", () => {
  const { state, done, memory } = keeper();
  state.old = 0;
  assertEquals(done, ["drop"]);
  memory.look();
  assertEquals(done, Array(2).fill("drop"));
  for (let look = 0; look < 11; look++) memory.look();
  assertEquals(done, Array(3).fill("drop"));
  state.frames += 10_000;
  memory.look();
  assertEquals(done, Array(3).fill("drop"));
  memory.look();
  assertEquals(done, Array(4).fill("drop"));
});

Deno.test("no pages are dropped while frames arrive, because they are needed again at once", () => {
  const { state, done, memory } = keeper();
  for (let look = 0; look < 30; look++) {
    state.frames += 10_000;
    memory.look();
  }
  assertEquals(done, ["drop"]);
});

Deno.test("after traffic, which fills the young generation, garbage is collected once", () => {
  const { state, done, memory } = keeper();
  const collections = () => done.filter((what) => what === "collect").length;
  memory.look();
  assertEquals(collections(), 1);
  state.frames += 10_000;
  memory.look();
  assertEquals(collections(), 1);
  for (let look = 0; look < 4; look++) memory.look();
  assertEquals(collections(), 2);
});

Deno.test("a collection shrinks the old generation", () => {
  let kept: unknown[] = Array.from({ length: 200_000 }, (_, i) => ({ i }));
  const collect = collector();
  collect();
  const before = oldGeneration();
  assertGreater(kept.length, 0);
  kept = [];
  collect();
  assertGreater(before - oldGeneration(), 4 * MEBIBYTE);
});
