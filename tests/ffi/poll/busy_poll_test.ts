import { assert, assertEquals } from "@std/assert";
import { libc } from "../../../ffi/libc.ts";
import { BusyPoll, type Manner } from "../../../ffi/poll/busy_poll.ts";
import { NO_SOCKET, Poller } from "../../../ffi/poll/poller.ts";

const AF_INET = 2;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
/** Longest wait, in milliseconds: far more than anything here takes. */
const LONGEST = 5_000;

/** Counts the waits on a thread of the pool, and times those on this thread. */
class CountingPoller extends Poller {
  aside = 0;
  /** Longest wait that was asked of this thread, in milliseconds. */
  longest = 0;
  /** For each of these, whether the event loop's work would have ended it. */
  heard: boolean[] = [];

  override wait(...args: Parameters<Poller["wait"]>): ReturnType<Poller["wait"]> {
    this.aside++;
    return super.wait(...args);
  }

  override watch(...args: Parameters<Poller["watch"]>): ReturnType<Poller["watch"]> {
    this.heard.push(args[1] >= 0);
    this.longest = Math.max(this.longest, args[2]);
    return super.watch(...args);
  }
}

/** A busy poll that has the thread, and a socket that nothing is ever sent to. */
async function openBusyPoll(manner: Manner = "here") {
  const socket = libc().socket(AF_INET, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
  const poller = new CountingPoller();
  const busyPoll = new BusyPoll(poller, manner);
  await busyPoll.opened;
  busyPoll.begin();
  const close = (): void => {
    busyPoll.end();
    busyPoll.release();
    poller.release();
    libc().close(socket);
  };
  const wait = (longest = LONGEST) => busyPoll.wait(socket, longest, performance.now());
  return { busyPoll, poller, wait, close };
}

Deno.test("a wait does not delay what a delivery leaves for the end of the turn", async () => {
  const { poller, wait, close } = await openBusyPoll();
  const local = { transport: "udp", hostname: "127.0.0.1", port: 0 } as const;
  const receiver = Deno.listenDatagram(local);
  const delivered = receiver.receive().then(() => setImmediate(() => poller.wake()));
  const sender = Deno.listenDatagram(local);
  await sender.send(new Uint8Array(1), receiver.addr);
  assertEquals(await wait(), "check");
  await delivered;
  for (const socket of [receiver, sender]) socket.close();
  close();
});

Deno.test("aside, long waits leave the event loop its thread, the shortest do not change threads", async () => {
  const { poller, wait, close } = await openBusyPoll("aside");
  await new Promise((resolve) => setTimeout(resolve, 20)); // the loop has nothing to do
  assertEquals([wait(0), wait(0.1)], ["timeout", "timeout"]);
  const long = wait();
  await new Promise((resolve) => setTimeout(resolve, 1)); // the loop runs during the wait
  poller.wake();
  assertEquals(await long, "check");
  close();
});

Deno.test("shared, a wait changes threads after 2 ms, and until then lets timers run every ms", async () => {
  const { poller, wait, close } = await openBusyPoll("shared");
  const outcome = await wait(1.9);
  assertEquals({ outcome, aside: poller.aside }, { outcome: "timeout", aside: 0 });
  const long = wait();
  while (poller.aside < 1) await new Promise((resolve) => setTimeout(resolve, 1));
  poller.wake();
  assertEquals(await long, "check");
  assert(poller.longest <= 1, `${poller.longest} ms on the event loop's thread`);
  close();
});

Deno.test("shared, a rest after a small batch hears of nothing for 0.4 ms, after a large one at once", async () => {
  const { busyPoll, poller, close } = await openBusyPoll("shared");
  for (const [frames, unheard] of [[16, true], [17, false]] as const) {
    poller.heard = [];
    await busyPoll.afterBatch({ frames, time: performance.now(), rests: true }, {});
    if (!unheard) poller.wake();
    const rest = busyPoll.wait(NO_SOCKET, LONGEST, performance.now());
    if (unheard) poller.wake();
    assertEquals(await rest, "check");
    assertEquals(poller.heard, unheard ? [false, true] : [true]);
  }
  assertEquals(poller.aside, 0);
  close();
});

Deno.test("shared, what QUIC is given has left before a wait, however few or many frames", async () => {
  const { busyPoll, close } = await openBusyPoll("shared");
  for (const frames of [1, 16, 17, 128]) {
    let turns = 0;
    const count = (): void => {
      turns++;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    await busyPoll.afterBatch({ frames, time: 0, rests: false }, {});
    clearImmediate(immediate);
    assert(turns > Math.ceil(frames / 16), `${turns} turns after ${frames} frames`);
  }
  close();
});

/** Whether the event loop has had a turn between a batch at `time` and the next wait. */
async function turns(
  busyPoll: BusyPoll,
  batch: { frames: number; time: number; rests: boolean },
  sink: { readonly isSending?: boolean } = {},
): Promise<boolean> {
  let turned = false;
  setImmediate(() => turned = true);
  await busyPoll.afterBatch(batch, sink);
  return turned;
}

Deno.test("before a rest the event loop runs every 2 ms, and before another wait always", async () => {
  const { busyPoll, close } = await openBusyPoll();
  const resting = (time: number) => turns(busyPoll, { frames: 10, time, rests: true });
  const none = (time: number) => turns(busyPoll, { frames: 0, time, rests: false });
  assertEquals([await resting(100), await resting(100.5), await resting(101.5)], [
    true,
    false,
    false,
  ]);
  assertEquals([await resting(102), await resting(103)], [true, false]);
  assertEquals([await none(103.5), await none(104)], [true, false]); // the first is owed
  assertEquals(await turns(busyPoll, { frames: 128, time: 104, rests: false }), true);
  close();
});

Deno.test("while a batch is being sent the event loop runs before each rest", async () => {
  const { busyPoll, close } = await openBusyPoll();
  const resting = (time: number, sink: { readonly isSending: boolean }) =>
    turns(busyPoll, { frames: 10, time, rests: true }, sink);
  await resting(100, { isSending: false });
  assertEquals(await resting(100.5, { isSending: true }), true);
  let left = 3; // the promises of a write that the kernel takes at once
  const quick = {
    get isSending(): boolean {
      return left-- > 0;
    },
  };
  assertEquals(await resting(101, quick), false);
  close();
});

Deno.test("aside, or while another link has the thread, every batch gives the event loop a turn", async () => {
  const first = await openBusyPoll();
  const second = await openBusyPoll();
  for (const { busyPoll, has } of [{ ...first, has: true }, { ...second, has: false }]) {
    const resting = (time: number) => turns(busyPoll, { frames: 10, time, rests: true });
    assertEquals([await resting(100), await resting(100.5)], [true, !has]);
  }
  second.close();
  first.close();
  const aside = await openBusyPoll("aside");
  const resting = (time: number) => turns(aside.busyPoll, { frames: 10, time, rests: true });
  assertEquals([await resting(100), await resting(100.5)], [true, true]);
  aside.close();
});
