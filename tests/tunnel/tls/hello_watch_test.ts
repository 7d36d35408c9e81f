import { assert, assertEquals } from "@std/assert";
import { type Greeting, HelloWatch } from "../../../src/tunnel/tls/hello_watch.ts";
import { captureClientHello } from "../../attack/strangers.ts";

const hello = await captureClientHello();

/** Waits for a hello of which `arrived` bytes have arrived, or at the end of the stream. */
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

Deno.test("a hello is read at the first check if complete, otherwise when its last part has arrived", async () => {
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

Deno.test("an immediate check finds a hello that has arrived since the last one", async () => {
  const hellos = new HelloWatch();
  const state = { arrived: 0, looks: 0 };
  const { promise, look } = watch(hellos, state);
  assertEquals([look(), state.looks], [false, 2]);
  state.arrived = hello.length;
  assertEquals([look(), look(), state.looks], [true, true, 3]);
  assert(typeof await promise !== "string");
});

Deno.test("a closed connection is noticed, and a stopped wait is not checked again", async () => {
  const hellos = new HelloWatch();
  const [gone, silent] = [{ arrived: 0 as number | null, looks: 0 }, { arrived: 0, looks: 0 }];
  const waits = [watch(hellos, gone), watch(hellos, silent)];
  gone.arrived = null;
  assertEquals(await waits[0].promise, "ended");
  waits[1].stop();
  const { looks } = silent;
  await new Promise((resolve) => setTimeout(resolve, 80));
  assertEquals(silent.looks, looks); // a leftover timer would fail this test
});

Deno.test("S1: many silent connections are checked less and less often", async () => {
  const hellos = new HelloWatch();
  const states = Array.from({ length: 128 }, () => ({ arrived: 0, looks: 0 }));
  const waits = states.map((state) => watch(hellos, state));
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 600));
  const time = performance.now() - began;
  for (const { stop } of waits) stop();
  const looks = states.reduce((sum, state) => sum + state.looks, 0) / states.length;
  assert(looks <= 28 + time / 50, `${looks} looks at each in ${time} ms`);
});
