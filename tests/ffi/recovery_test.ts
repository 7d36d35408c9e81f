import { assert, assertEquals } from "@std/assert";
import { readInterface } from "../../ffi/socket/interface.ts";
import { bringUp, Gathering, ip, NO_LAB, open, testFrame, vethPair } from "./veth.ts";

/** Deletes an interface and creates an identical one. */
async function replace(pair: { a: string; b: string }): Promise<void> {
  const { index } = readInterface(pair.b);
  const [, mac] = (await ip(`link show ${pair.b}`)).match(/link\/ether (\S+)/) ?? [];
  await ip(`link del ${pair.b}`);
  await ip(`link add ${pair.b} index ${index} address ${mac} type veth peer name ${pair.a}`);
  await bringUp(pair);
}

for (const kind of ["ring", "plain"] as const) {
  Deno.test({
    name: `${kind} link: follows an interface recreated with the same index and address`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("an");
      const link = open(pair.b, kind);
      const { index, mac } = link;
      await using receiver = new Gathering(link);
      await replace(pair);
      await receiver.until(() => receiver.states.at(-1) === "up: interface up");
      assertEquals([link.index, link.mac], [index, mac]);
      const sender = open(pair.a, kind);
      sender.send(testFrame(0x8863, 64));
      await receiver.until(() => receiver.frames.length === 1);
      sender.close();
    },
  });

  Deno.test({
    name: `${kind} link: run waits for an interface that is down and does not flap once it is up`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("wt");
      await ip(`link set ${pair.b} down`);
      const link = open(pair.b, kind);
      assertEquals(link.up, false);
      await using receiver = new Gathering(link);
      await bringUp(pair);
      await receiver.until(() => receiver.states.length === 2);
      assertEquals(link.up, true);
      const sender = open(pair.a, kind);
      sender.send(testFrame(0x8863, 64));
      await receiver.until(() => receiver.frames.length === 1);
      assertEquals(receiver.states, ["down: interface down", "up: interface up"]);
      sender.close();
    },
  });

  Deno.test({
    name: `${kind} link: notices that its interface was deleted while frames flow both ways`,
    ignore: NO_LAB,
    async fn() {
      for (let round = 0; round < 5; round++) {
        await using pair = await vethPair("bw");
        const link = open(pair.b, kind);
        const peer = open(pair.a, kind);
        await using receiver = new Gathering(link);
        await using _peer = new Gathering(peer);
        const pump = setInterval(() => {
          for (let i = 0; i < 100; i++) {
            link.send(testFrame(0x8863, 64));
            peer.send(testFrame(0x8863, 64));
          }
        }, 1);
        try {
          await receiver.until(() => receiver.frames.length > 100);
          await ip(`link del ${pair.a}`);
          await receiver.until(() => receiver.states.length === 1);
        } finally {
          clearInterval(pump);
        }
        assert(!link.up);
      }
    },
  });
}

Deno.test({
  name: "promiscuous mode is set if requested, and again on a recreated interface",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("pm");
    const promiscuity = async () =>
      JSON.parse(await ip(`-json -details link show ${pair.b}`))[0].promiscuity;
    open(pair.b, "ring").close();
    assertEquals(await promiscuity(), 0);
    await using receiver = new Gathering(open(pair.b, "ring", { promiscuous: true }));
    assertEquals(await promiscuity(), 1);
    await replace(pair);
    await receiver.until(() => receiver.states.at(-1) === "up: interface up");
    assertEquals(await promiscuity(), 1);
  },
});
