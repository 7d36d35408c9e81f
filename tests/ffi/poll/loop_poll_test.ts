import { assert, assertEquals } from "@std/assert";
import { LoopNudge } from "../../../ffi/poll/loop_nudge.ts";
import { LoopPoll } from "../../../ffi/poll/loop_poll.ts";
import { connected } from "./connected.ts";

for (const released of [false, true]) {
  const how = released ? "without its sockets" : "with a nudge";
  Deno.test(`a poll ${how} delivers data that a busy loop would leave waiting`, async () => {
    const loop = new LoopPoll();
    await loop.opened;
    if (released) loop.release();
    const [near, far] = await connected();
    for (let i = 0; i < 100; i++) {
      let delivered = false;
      const reading = far.read(new Uint8Array(1)).then(() => delivered = true);
      near.write(new Uint8Array(1)).catch(() => {});
      // The slower way may be as fast as the socket, and the machine may be busy.
      for (let polls = 0; polls < 8 && !delivered; polls++) await loop.poll();
      assert(delivered, `not at poll ${i}`);
      await reading;
    }
    near.close();
    far.close();
    loop.release();
  });
}

Deno.test("callers that wait at the same time share a poll, and the next one gets its own", async () => {
  const loop = new LoopPoll();
  await loop.opened;
  const [first, second] = [loop.poll(), loop.poll()];
  assertEquals(first === second, true);
  await first;
  const third = loop.poll();
  assertEquals(third === first, false);
  await third;
  loop.release();
});

Deno.test("a poll completes when its sockets are closed meanwhile", async () => {
  const loop = new LoopPoll();
  await loop.opened;
  const polling = loop.poll();
  loop.release();
  await polling;
  await loop.poll();
});

Deno.test("sockets that open after the release are closed at once", async () => {
  const before = descriptors();
  const loop = new LoopPoll();
  loop.release();
  await loop.opened;
  assertEquals([loop.findLoop(), descriptors()], [-1, before]);
});

Deno.test("an event loop that cannot be looked for counts as not found", async () => {
  const loop = new LoopPoll(async () => {
    const nudge = await LoopNudge.open();
    nudge.findLoop = () => {
      throw new Error("Cannot read fdinfo");
    };
    return nudge;
  });
  await loop.opened;
  assertEquals(loop.findLoop(), -1);
  await loop.poll();
  loop.release();
});

function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
