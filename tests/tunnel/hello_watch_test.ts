import { assert, assertEquals } from "@std/assert";
import { type Greeting, HelloWatch } from "../../src/tunnel/hello_watch.ts";
import { captureClientHello } from "../attack/strangers.ts";

const hello = await captureClientHello();

/** Waits for a hello of which `arrived` bytes are there, or none any more. */
function watch(watch: HelloWatch, state: { arrived: number | null; looks: number }) {
  const { promise, resolve } = Promise.withResolvers<Greeting>();
  const wait = watch.wait((into) => {
    state.looks++;
    if (state.arrived === null) return null;
    const count = Math.min(into.length, state.arrived);
    into.set(hello.subarray(0, count));
    return count;
  }, resolve);
  return { promise, ...wait };
}

Deno.test("a hello that is there is taken at the first look, and one in parts when the last has come", async () => {
  const hellos = new HelloWatch();
  const there = { arrived: hello.length, looks: 0 };
  const greeting = await watch(hellos, there).promise;
  assert(typeof greeting !== "string" && greeting.tls13);
  assertEquals(there.looks, 1);
  const parts = { arrived: 0, looks: 0 };
  const { promise } = watch(hellos, parts);
  for (let step = 1; step <= 5; step++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    parts.arrived = Math.floor(hello.length * step / 5);
  }
  assert(typeof await promise !== "string");
});

Deno.test("a look at once finds a hello that has come since the last one", async () => {
  const hellos = new HelloWatch();
  const state = { arrived: 0, looks: 0 };
  const { promise, look } = watch(hellos, state);
  assertEquals([look(), state.looks], [false, 2]);
  state.arrived = hello.length;
  assertEquals([look(), look(), state.looks], [true, true, 3]);
  assert(typeof await promise !== "string");
});

Deno.test("who hangs up is noticed, and who is not waited for any more is looked at no more", async () => {
  const hellos = new HelloWatch();
  const [gone, silent] = [{ arrived: 0 as number | null, looks: 0 }, { arrived: 0, looks: 0 }];
  const waits = [watch(hellos, gone), watch(hellos, silent)];
  gone.arrived = null;
  assertEquals(await waits[0].promise, "ended");
  waits[1].stop();
  const { looks } = silent;
  await new Promise((resolve) => setTimeout(resolve, 80));
  assertEquals(silent.looks, looks); // and no timer is left, or this test would fail
});

Deno.test("S1: many silent connections are looked at ever more rarely", async () => {
  const hellos = new HelloWatch();
  const states = Array.from({ length: 128 }, () => ({ arrived: 0, looks: 0 }));
  const waits = states.map((state) => watch(hellos, state));
  await new Promise((resolve) => setTimeout(resolve, 600));
  for (const { stop } of waits) stop();
  const looks = states.reduce((sum, state) => sum + state.looks, 0) / states.length;
  assert(looks <= 40, `${looks} looks at each in 600 ms`);
});
