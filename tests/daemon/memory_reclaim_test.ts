import { assertEquals, assertGreater, assertLess } from "@std/assert";
import {
  collector,
  MemoryReclaim,
  oldGeneration,
  youngGeneration,
} from "../../src/daemon/memory_reclaim.ts";

const MEBIBYTE = 1024 * 1024;

/** A keeper with inputs that a test sets, and the actions that it took. */
function keeper() {
  const state = { frames: 0, old: 3 * MEBIBYTE, young: 0 };
  const done: string[] = [];
  const memory = new MemoryReclaim({
    frames: () => state.frames,
    oldGeneration: () => state.old,
    youngGeneration: () => state.young,
    collect: () => {
      done.push("collect");
      state.old = 3 * MEBIBYTE;
      state.young = 0;
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

Deno.test("an idle daemon's young generation stays small, at one collection in half a minute", () => {
  const { state, done, memory } = keeper();
  const collections = () => done.filter((what) => what === "collect").length;
  memory.look();
  assertEquals(collections(), 1);
  let most = 0;
  for (let look = 0; look < 60; look++) {
    state.young = Math.min(8 * MEBIBYTE, state.young + 0.4 * MEBIBYTE);
    memory.look();
    most = Math.max(most, state.young);
  }
  assertEquals(collections(), 1 + 60 / 6);
  assertLess(most, 3 * MEBIBYTE);
});

Deno.test("what a collection leaves of the young generation is no reason for another one", () => {
  const collect = collector();
  collect();
  for (let i = 0; i < 100_000; i++) kept = [i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i];
  assertGreater(youngGeneration(), 1.5 * MEBIBYTE);
  collect();
  assertLess(youngGeneration(), MEBIBYTE);
  assertEquals(kept.length, 16);
});

/** The last of many arrays; garbage with the next one. */
let kept: number[] = [];

Deno.test("garbage is not collected while frames arrive", () => {
  const { state, done, memory } = keeper();
  for (let look = 0; look < 30; look++) {
    state.frames += 10_000;
    state.old += MEBIBYTE;
    state.young = 8 * MEBIBYTE;
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
  for (let look = 0; look < 6; look++) {
    state.frames += 10_000;
    state.young = 8 * MEBIBYTE;
    memory.look();
  }
  assertEquals(collections(), 1);
  for (let look = 0; look < 12; look++) memory.look();
  assertEquals(collections(), 2);
});

Deno.test("traffic at the limit of quiet is paused at most every half minute", () => {
  const { state, done, memory } = keeper();
  const LOOKS = 60;
  for (let look = 0; look < LOOKS; look++) {
    state.frames += look % 2 === 0 ? 501 : 499;
    state.young = 8 * MEBIBYTE;
    memory.look();
  }
  for (const what of ["collect", "drop"]) {
    const times = done.filter((each) => each === what).length;
    assertLess(times, 2 + LOOKS / 6, what);
    assertGreater(times, LOOKS / 6 / 2, what);
  }
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
