import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { CODE_PADT } from "../../../src/pppoe/constants.ts";
import { findMagicNumber } from "../../../src/pppoe/lcp.ts";
import { dial, payloadOf, service, sessionFrame, settle, uniq, within } from "../dial.ts";
import { sweepIdle } from "../idle_sweep.ts";
import { AC, CUSTOMER, LAN, type Path, type Side, WAN } from "../path.ts";
import { takePackets } from "../segment.ts";

const TIMEOUT = 600_000;
const MAGIC = [0xde, 0xad, 0xbe, 0xef];
const ECHO_REQUEST = 9;

/**
 * Lets seconds pass while the AC answers the questions, or none; returns the questions by second.
 */
async function pass(
  path: Path,
  seconds: number,
  { sides, answers }: { sides: Side[]; answers: boolean },
): Promise<[second: number, question: number[]][]> {
  const asked: [number, number[]][] = [];
  for (let second = 1; second <= seconds; second++) {
    path.advance(1_000);
    for (const { proxy } of sides) sweepIdle(proxy, TIMEOUT);
    await settle();
    for (const frame of path.ac.frames.filter(isSession).map(payloadOf)) {
      asked.push([second, frame]);
      if (answers) path.ac.sendRaw(sessionFrame(WAN, AC, 7, reply(frame)));
    }
    path.ac.frames.splice(
      0,
      path.ac.frames.length,
      ...path.ac.frames.filter((it) => !isSession(it)),
    );
    if (answers) await settle();
  }
  return asked;
}

function isSession(frame: Uint8Array): boolean {
  return frame[12] === 0x88 && frame[13] === 0x64;
}

/** Returns a host's reply to an Echo-Request: its own Magic-Number, all else unchanged. */
function reply(request: number[]): number[] {
  return [...request.slice(0, 2), 10, ...request.slice(3, 6), 9, 9, 9, 9, ...request.slice(10)];
}

function sidesOf(path: Path, which: "server" | "client"): Side[] {
  return which === "server" ? [path.server] : path.clients;
}

for (const which of ["server", "client"] as const) {
  Deno.test(`B1: the ${which} asks a silent AC three times before it ends the session`, () =>
    within({}, async (path) => {
      await dial(path, { id: 7 });
      const sides = sidesOf(path, which);
      const asked = await pass(path, 599, { sides, answers: false });
      assertEquals(asked.map(([second]) => second), [570, 580, 590]);
      assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
      await pass(path, 1, { sides, answers: false });
      assertEquals(sides[0].ends, ["idle"]);
      const codes = [path.ac, path.customers[0]].map((wire) =>
        takePackets(wire).map(({ code, sessionId }) => [code, sessionId])
      );
      assertEquals(codes, [[[CODE_PADT, 7]], [[CODE_PADT, 7]]]);
    }));

  Deno.test(`B1: an AC that answers the ${which} keeps the session, and the customer sees none of it`, () =>
    within({}, async (path) => {
      await dial(path, { id: 7 });
      const asked = await pass(path, 3_000, { sides: sidesOf(path, which), answers: true });
      assertEquals(asked.length, 5);
      assertEquals([path.server.ends, path.clients[0].ends], [[], []]);
      assertEquals([path.ac.frames, path.customers[0].frames], [[], []]);
    }));
}

Deno.test("B1: the question carries the customer's Magic-Number, or 0 before it is known", () =>
  within({}, async (path) => {
    await dial(path, { id: 7 });
    const say = (payload: number[]) =>
      path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 7, payload));
    const ask = async (): Promise<number[]> => {
      const [[, question]] = await pass(path, 570, { sides: [path.server], answers: true });
      assertEquals(question.slice(0, 6), [0xc0, 0x21, ECHO_REQUEST, 1, 0, 16]);
      return question.slice(6, 10);
    };
    assertEquals(await ask(), [0, 0, 0, 0]);
    say([0xc0, 0x21, 1, 1, 0, 14, 1, 4, 5, 0xd4, 5, 6, ...MAGIC]);
    await settle();
    path.ac.frames.length = 0;
    assertEquals(await ask(), MAGIC);
    say([0xc0, 0x21, 10, 1, 0, 8, 1, 2, 3, 4]);
    await settle();
    path.ac.frames.length = 0;
    assertEquals(await ask(), [1, 2, 3, 4]);
  }));

Deno.test("B1: while the AC is asked, replies to the customer's own echoes reach it, whatever their identifier", () =>
  within({}, async (path) => {
    await dial(path, { id: 7 });
    const asked = await pass(path, 570, { sides: [path.server], answers: false });
    const [, question] = asked[0];
    const own = [0xc0, 0x21, 10, question[3], 0, 16, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8];
    path.ac.sendRaw(sessionFrame(WAN, AC, 7, own));
    assertEquals(payloadOf(await path.customers[0].next()), own);
    path.ac.sendRaw(sessionFrame(WAN, AC, 7, reply(question)));
    path.ac.sendRaw(sessionFrame(WAN, AC, 7, [0, 0x21, 1]));
    assertEquals(payloadOf(await path.customers[0].next()), [0, 0x21, 1]);
  }));

Deno.test("B1: when many sessions fall silent together, at most 200 questions are asked in a second", () =>
  within({ limits: MANY, sessionsPerClient: 600 }, async (path) => {
    for (let id = 1; id <= 500; id++) await dial(path, { id, tags: [service, uniq(id, id >> 8)] });
    const asked = await pass(path, 575, { sides: [path.server], answers: false });
    const seconds = Map.groupBy(asked, ([second]) => second);
    for (const inOne of seconds.values()) assertLessOrEqual(inOne.length, 200);
    assertEquals(asked.length, 500);
    await pass(path, 30, { sides: [path.server], answers: false });
    assertEquals(path.server.ends, Array(500).fill("idle"));
  }));

const MANY = {
  sessions: 600,
  sessionsPerCustomer: 600,
  padiRate: 1e6,
  padiBurst: 1e6,
  padiRatePerMac: 1e6,
  padiBurstPerMac: 1e6,
};

Deno.test("B1, property: a Magic-Number is found where it is, and never outside the packet", () => {
  const option = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 8 }))
    .filter(([type]) => type !== 5)
    .map(([type, value]) => [type, value.length + 2, ...value]);
  fc.assert(fc.property(fc.array(option, { maxLength: 6 }), (options) => {
    const before = options.flat();
    const bytes = Uint8Array.of(1, 2, ...before, 5, 6, ...MAGIC, 7, 2);
    assertEquals(findMagicNumber(bytes, 2, bytes.length), 2 + before.length + 2);
    assertEquals(findMagicNumber(bytes, 2, 2 + before.length + 5), -1);
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), (bytes, end) => {
    const found = findMagicNumber(bytes, 0, Math.min(end, bytes.length));
    assert(found === -1 || found + 4 <= Math.min(end, bytes.length));
  }));
});

Deno.test("B1: a session behind a stalled tunnel is not idle, and ends if its AC stays silent afterwards", () =>
  within({}, async (path) => {
    await dial(path, { id: 7 });
    const sides = path.clients;
    await pass(path, 560, { sides, answers: false });
    const resume = path.tunnels[0].stall();
    await pass(path, 100, { sides, answers: false });
    assertEquals(path.clients[0].ends, []);
    resume();
    await pass(path, 60, { sides, answers: false });
    assertEquals(path.clients[0].ends, ["idle"]);
  }));
