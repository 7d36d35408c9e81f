import { assertEquals } from "@std/assert";
import { libc } from "../../../ffi/libc.ts";
import { BusyPoll } from "../../../ffi/poll/busy_poll.ts";
import { Poller } from "../../../ffi/poll/poller.ts";

const AF_INET = 2;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
/** Longest wait, in milliseconds: far more than anything here takes. */
const LONGEST = 5_000;

/** A busy poll that has the thread, and a socket that nothing is ever sent to. */
function openBusyPoll(aside = false) {
  const socket = libc().socket(AF_INET, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
  const poller = new Poller();
  const busyPoll = new BusyPoll(poller, socket, aside);
  busyPoll.begin();
  const close = (): void => {
    busyPoll.end();
    busyPoll.release();
    poller.release();
    libc().close(socket);
  };
  const wait = (longest = LONGEST) => busyPoll.wait(socket, longest, performance.now());
  return { poller, wait, close };
}

Deno.test("a wait does not delay what a delivery leaves for the end of the turn", async () => {
  const { poller, wait, close } = openBusyPoll();
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
  const { poller, wait, close } = openBusyPoll(true);
  await new Promise((resolve) => setTimeout(resolve, 20)); // the loop has nothing to do
  assertEquals([wait(0), wait(0.1)], ["timeout", "timeout"]);
  const long = wait();
  await new Promise((resolve) => setTimeout(resolve, 1)); // the loop runs during the wait
  poller.wake();
  assertEquals(await long, "check");
  close();
});
