import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CODE_PADT } from "../../src/pppoe/constants.ts";
import { isLcp } from "../../src/pppoe/lcp.ts";
import { pppProtocol } from "../../src/pppoe/ppp.ts";
import { LcpWatch } from "../../src/proxy/session/lcp_watch.ts";
import { endTerminated } from "../../src/proxy/session/session_ends.ts";
import { until } from "../until.ts";
import { dial, sessionFrame, settle, within } from "./dial.ts";
import { AC, CUSTOMER, LAN, type Path, WAN } from "./path.ts";

const LINGER = 10_000;
const CONFIGURE_REQUEST = 1;
const TERMINATE_REQUEST = 5;
const TERMINATE_ACK = 6;
const ECHO_REQUEST = 9;
const ECHO_REPLY = 10;
const IPV4 = [0, 0x21, 0x45];

function lcp(code: number, identifier = 1): number[] {
  return [0xc0, 0x21, code, identifier, 0, 8, 1, 2, 3, 4];
}

function fromCustomer(path: Path, payload: number[]): void {
  path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 0x11, payload));
}

function fromAc(path: Path, payload: number[]): void {
  path.ac.sendRaw(sessionFrame(WAN, AC, 0x11, payload));
}

async function pass(path: Path, milliseconds: number): Promise<void> {
  await settle();
  path.advance(milliseconds);
  for (const { proxy } of [path.server, ...path.clients]) endTerminated(proxy.sessions, LINGER);
  await settle();
}

/** Removes the frames of a wire; returns the codes and session ids of its discovery packets. */
function packets(frames: Uint8Array[]): [code: number, id: number][] {
  return frames.splice(0).map((frame) => new DataView(frame.buffer))
    .filter((view) => view.getUint16(12) === 0x8863)
    .map((view) => [view.getUint8(15), view.getUint16(16)]);
}

const PADTS = [[CODE_PADT, 0x11]];

Deno.test("a terminated PPP link ends with one PADT to each side after the linger", () =>
  within({}, async (path) => {
    await dial(path);
    fromCustomer(path, lcp(TERMINATE_REQUEST));
    await pass(path, 0);
    fromAc(path, lcp(TERMINATE_ACK));
    await pass(path, LINGER - 1);
    assertEquals([packets(path.ac.frames), packets(path.customers[0].frames)], [[], []]);
    await pass(path, 1);
    await pass(path, LINGER);
    assertEquals([packets(path.ac.frames), packets(path.customers[0].frames)], [PADTS, PADTS]);
    assertEquals([path.server.ends, path.clients[0].ends], [["lcp-terminated"], [
      "lcp-terminated",
    ]]);
  }));

Deno.test("LCP alone does not cancel the end of a link, anything else does, from either side", async () => {
  for (const say of [fromCustomer, fromAc]) {
    await within({}, async (path) => {
      await dial(path);
      fromAc(path, lcp(TERMINATE_REQUEST));
      await pass(path, LINGER - 1);
      say(path, IPV4);
      await pass(path, LINGER);
      assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
      fromCustomer(path, lcp(TERMINATE_ACK));
      await pass(path, LINGER - 1);
      say(path, lcp(ECHO_REQUEST));
      await pass(path, 1);
      assertEquals(path.server.ends, ["lcp-terminated"]);
    });
  }
});

for (const [who, say] of [["customer", fromCustomer], ["AC", fromAc]] as const) {
  Deno.test(`K3: a Configure-Request of the ${who} cancels the end of a terminated link`, () =>
    within({}, async (path) => {
      await dial(path);
      fromCustomer(path, lcp(TERMINATE_REQUEST));
      fromAc(path, lcp(TERMINATE_ACK));
      for (let turn = 0; turn < 10; turn++) {
        await pass(path, 3_000);
        say(path, lcp(CONFIGURE_REQUEST, turn));
      }
      assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
      await pass(path, LINGER);
      fromAc(path, lcp(TERMINATE_REQUEST));
      await pass(path, LINGER);
      assertEquals(path.server.ends, ["lcp-terminated"]);
    }));
}

Deno.test("K3: a Configure-Request that crossed the Terminate-Request does not keep a dead link", () =>
  within({}, async (path) => {
    await dial(path);
    fromAc(path, lcp(TERMINATE_REQUEST));
    fromCustomer(path, lcp(CONFIGURE_REQUEST));
    await pass(path, 100);
    fromCustomer(path, lcp(TERMINATE_ACK));
    await pass(path, LINGER);
    assertEquals(path.server.ends, ["lcp-terminated"]);
  }));

Deno.test("K3: a Terminate with a Length that hosts discard ends nothing, and padding after it has no effect", () =>
  within({}, async (path) => {
    await dial(path);
    for (const said of [0, 3, 9, 0xffff]) {
      fromCustomer(path, [0xc0, 0x21, TERMINATE_REQUEST, 1, said >> 8, said & 0xff, 1, 2, 3, 4]);
      await pass(path, LINGER);
      assertEquals([path.server.ends, path.clients[0].ends], [[], []], `Length ${said}`);
    }
    fromAc(path, [0xc0, 0x21, TERMINATE_REQUEST, 1, 0, 4, 1, 2, 3, 4]);
    await pass(path, LINGER);
    assertEquals([path.server.ends.length, path.clients[0].ends.length], [1, 1]);
  }));

Deno.test("a PADT within the linger ends the session as usual, and no second one is sent", () =>
  within({}, async (path) => {
    const { wire } = await dial(path);
    fromCustomer(path, lcp(TERMINATE_REQUEST));
    await pass(path, 100);
    wire.send({ destination: LAN, source: CUSTOMER, code: CODE_PADT, sessionId: 0x11 }, []);
    await pass(path, LINGER);
    assertEquals(packets(path.ac.frames), PADTS);
    await dial(path, { id: 0x11 }); // the same index in all tables
    await pass(path, LINGER);
    assertEquals(path.server.ends, ["padt-customer"]);
    assertEquals([packets(path.ac.frames), packets(path.customers[0].frames)], [[], []]);
  }));

Deno.test("the AC's round trip is that of the customer's echoes", () =>
  within({}, async (path) => {
    await dial(path);
    const trips = () =>
      [path.server, path.clients[0]].map(({ proxy }) => proxy.sessions.lcp.roundTrip(0));
    fromAc(path, lcp(ECHO_REQUEST));
    fromCustomer(path, lcp(ECHO_REPLY));
    await pass(path, 5);
    assertEquals(trips(), [undefined, undefined]);
    fromCustomer(path, lcp(ECHO_REQUEST, 7));
    await pass(path, 20);
    fromAc(path, lcp(ECHO_REPLY, 6));
    await pass(path, 5);
    assertEquals(trips(), [undefined, undefined]);
    fromAc(path, lcp(ECHO_REPLY, 7));
    await pass(path, 1_000);
    fromAc(path, lcp(ECHO_REPLY, 7));
    await settle();
    assertEquals(trips(), [25, 25]);
  }));

Deno.test("echoes are unanswered since the first that got no reply, however often they are sent", () => {
  let now = 0;
  const watch = new LcpWatch(() => now);
  const packet = (code: number, identifier: number, toAc: boolean): void => {
    const bytes = new Uint8Array(lcp(code, identifier));
    watch.packet(0, bytes, 0, bytes.length, toAc);
  };
  watch.add(0);
  assertEquals(watch.unansweredEcho(0), undefined);
  for (let i = 1; i <= 3; i++, now += 1_000) packet(ECHO_REQUEST, i, true);
  assertEquals(watch.unansweredEcho(0), 3_000);
  packet(ECHO_REPLY, 2, false);
  assertEquals(watch.unansweredEcho(0), 1_000, "only the last one counts after a late reply");
  packet(ECHO_REPLY, 3, false);
  assertEquals(watch.unansweredEcho(0), undefined);
  packet(ECHO_REQUEST, 4, true);
  now += 500;
  assertEquals(watch.unansweredEcho(0), 500);
  watch.add(0);
  assertEquals(watch.unansweredEcho(0), undefined, "another session");
});

Deno.test("an echo is answered also while no tunnel takes the answer", () =>
  within({}, async (path) => {
    await dial(path);
    const unanswered = () => path.server.proxy.sessions.lcp.unansweredEcho(0);
    fromCustomer(path, lcp(ECHO_REQUEST, 7));
    await settle();
    await path.lose(0);
    fromAc(path, lcp(ECHO_REPLY, 7));
    await until(() => path.server.drops["no-tunnel"] === 1);
    assertEquals(unanswered(), undefined);
  }));

Deno.test("K3, property: a link is over iff its last Terminate is old enough and only LCP without Configure-Request followed", () => {
  const step = fc.record({
    index: fc.nat(4),
    wait: fc.nat(6),
    what: fc.constantFrom("terminate", "lcp", "configure", "data", "reopen"),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    let now = 0;
    const watch = new LcpWatch(() => now);
    const since = new Map<number, number>();
    for (let index = 0; index < 5; index++) watch.add(index);
    for (const { index, wait, what } of steps) {
      now += wait;
      if (what === "data") {
        watch.traffic(index);
        since.delete(index);
      } else if (what === "reopen") {
        watch.remove(index);
        watch.add(index);
        since.delete(index);
      } else {
        const codes = {
          terminate: TERMINATE_REQUEST,
          lcp: ECHO_REPLY,
          configure: CONFIGURE_REQUEST,
        };
        const packet = Uint8Array.from(lcp(codes[what]));
        watch.packet(index, packet, 0, packet.length, true);
        if (what === "configure") since.delete(index);
        if (what === "terminate" && !since.has(index)) since.set(index, now);
      }
      const over = [...since].filter(([, at]) => at <= now - 10).map(([open]) => open);
      assertEquals(watch.over(10).sort(), over.sort());
      assertEquals(watch.isLingering, since.size > 0);
    }
  }));
});

Deno.test("property: LCP is recognised exactly as by PPP's protocol field, and short packets are ignored", () => {
  const bytes = fc.uint8Array({ maxLength: 12 });
  const payload = fc.oneof(bytes, bytes.map((rest) => Uint8Array.of(0xc0, 0x21, ...rest)));
  fc.assert(fc.property(payload, fc.nat(12), (payload, cut) => {
    const length = Math.min(cut, payload.length);
    assertEquals(isLcp(payload, 0, length), pppProtocol(payload, 0, length) === 0xc021);
    const watch = new LcpWatch(() => 1);
    watch.add(0);
    if (isLcp(payload, 0, length)) watch.packet(0, payload, 0, length, true);
    const said = payload[4] << 8 | payload[5];
    const isWhole = length >= 6 && said >= 4 && said <= length - 2;
    const terminates = isWhole && [TERMINATE_REQUEST, TERMINATE_ACK].includes(payload[2]);
    assert(!watch.isLingering || terminates);
  }));
});
