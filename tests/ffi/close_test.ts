import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openLink } from "../../ffi/link/open_link.ts";
import { closeSocketAside, openSocket } from "../../ffi/link/packet_socket.ts";
import { inTime, until } from "../until.ts";
import { Gathering, NO_LAB, open, testFrame, vethPair } from "./veth.ts";

function openFiles(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

for (const kind of ["ring", "plain"] as const) {
  Deno.test({
    name: `${kind} link: frames sent after closing are counted and reach no other file`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("cl");
      const link = open(pair.b, kind);
      const receiver = new Gathering(link);
      await receiver[Symbol.asyncDispose]();
      // These reuse the descriptors that the link has released.
      const other = open(pair.b, kind);
      await using witness = new Gathering(open(pair.a, kind));
      link.send(testFrame(0x8863, 64));
      link.queue(new Uint32Array(5), 0, link.region(64), 0, 64);
      link.flush();
      other.send(testFrame(0x8864, 70));
      await witness.until(() => witness.frames.length === 1);
      assertEquals(witness.frames, [testFrame(0x8864, 70)]);
      assertEquals(link.statistics.drops["link-down"], 2);
      assertEquals([link.statistics.sentFrames, link.statistics.sentBytes], [0, 0]);
      other.close();
    },
  });

  Deno.test({
    name: `${kind} link: closing ends an idle run without a frame, and the link cannot run again`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("id");
      const link = open(pair.b, kind);
      const receiver = new Gathering(link);
      await assertRejects(() => link.run(receiver), TypeError, "again");
      await new Promise((resolve) => setImmediate(resolve)); // the poll is pending now
      await inTime(receiver[Symbol.asyncDispose]());
      await assertRejects(() => link.run(receiver), TypeError, "again");
    },
  });

  Deno.test({
    name: `${kind} link: closing while a frame is delivered ends the run`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("cf");
      const sender = open(pair.a, kind);
      const link = open(pair.b, kind);
      let frames = 0;
      const running = link.run({
        frame(): void {
          frames++;
          link.close();
        },
        batchEnd() {},
        state(): void {},
      });
      sender.send(testFrame(0x8863, 64));
      await running;
      assertEquals(frames, 1);
      sender.close();
    },
  });
}

Deno.test({
  name: "a link that cannot be opened leaves no file open",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("op");
    const before = openFiles();
    assertThrows(() => open("nosuch0", "ring"));
    assertThrows(() => open("nosuch0", "plain"));
    assertThrows(() =>
      openLink({
        interface: pair.a,
        promiscuous: false,
        etherTypes: [0x8863, 0x8864],
        ringFrames: 3,
      })
    );
    await until(() => openFiles() <= before);
  },
});

Deno.test({
  name: "closing both sockets of an interface aside releases their descriptors",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("ca");
    const before = openFiles();
    const options = { interface: pair.a, promiscuous: false };
    await closeSocketAside(openSocket({ ...options, etherTypes: [0x8863, 0x8864] }));
    await until(() => openFiles() <= before);
  },
});
