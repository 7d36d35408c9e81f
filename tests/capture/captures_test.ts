import { assert, assertEquals } from "@std/assert";
import { MAX_CAPTURES } from "../../src/daemon/captures.ts";
import { readMac } from "../../src/pppoe/mac.ts";
import { codeName } from "../../src/pppoe/constants.ts";
import { dial, sessionFrame, settle, within } from "../proxy/dial.ts";
import { AC, CUSTOMER, LAN, WAN } from "../proxy/path.ts";
import { begin, capturesOf, carry, dialAndLogIn, drain, LOGINS, SECRETS } from "./captured.ts";
import { holds } from "./frames.ts";
import { nameOf, type ReadFile, readPcapng } from "./read_pcapng.ts";

const DIAL = ["PADI", "PADO", "PADR", "PADS"];

/** Summarizes frames: interface, direction, kind, source, destination, session id. */
function shown(file: ReadFile): [string, string, string, number, number, number][] {
  return file.packets.map(({ interfaceId, data, options }) => {
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const what = view.getUint16(12) === 0x8863 ? codeName(data[15]) : "session";
    const way = options.get(2)?.[0] === 1 ? "in" : "out";
    const name = nameOf(file.interfaces[interfaceId]);
    return [name, way, what, readMac(data, 6), readMac(data, 0), view.getUint16(16)];
  });
}

Deno.test("a dial is captured on both sides of the server, in order, with each side's addresses", async () => {
  await within({}, async (path) => {
    const captures = capturesOf(path, "server");
    const capture = begin(captures);
    const dialled = await dial(path);
    await carry(path, dialled, LOGINS[0]);
    await carry(path, dialled, LOGINS[1]);
    await settle();
    captures.end();
    const all = 0xffff_ffff_ffff;
    assertEquals(shown(readPcapng(await drain(capture))), [
      ["branch-1/customer", "in", "PADI", CUSTOMER, all, 0],
      ["branch-1/ac", "out", "PADI", WAN, all, 0],
      ["branch-1/ac", "in", "PADO", AC, WAN, 0],
      ["branch-1/customer", "out", "PADO", AC, CUSTOMER, 0],
      ["branch-1/customer", "in", "PADR", CUSTOMER, AC, 0],
      ["branch-1/ac", "out", "PADR", WAN, AC, 0],
      ["branch-1/ac", "in", "PADS", AC, WAN, 0x11],
      ["branch-1/customer", "out", "PADS", AC, CUSTOMER, 0x11],
      ["branch-1/customer", "in", "session", CUSTOMER, AC, 0x11],
      ["branch-1/ac", "out", "session", WAN, AC, 0x11],
      ["branch-1/ac", "in", "session", AC, WAN, 0x11],
      ["branch-1/customer", "out", "session", AC, CUSTOMER, 0x11],
    ]);
  });
});

Deno.test("a client's capture shows its wire as the customers' side, under its server's name", async () => {
  await within({}, async (path) => {
    const captures = capturesOf(path, "client");
    const capture = begin(captures, { filter: { side: "customer" } });
    const dialled = await dial(path);
    await carry(path, dialled, LOGINS[0]);
    captures.end();
    const frames = shown(readPcapng(await drain(capture)));
    assertEquals(frames.map(([name, way, what]) => [name, way, what]), [
      ["server/customer", "in", "PADI"],
      ["server/customer", "out", "PADO"],
      ["server/customer", "in", "PADR"],
      ["server/customer", "out", "PADS"],
      ["server/customer", "in", "session"],
    ]);
    assertEquals(frames[1].slice(3, 5), [LAN, CUSTOMER]);
  });
});

Deno.test("with secrets, captured frames equal those on the wire, byte for byte", async () => {
  await within({}, async (path) => {
    const captures = capturesOf(path, "server");
    const capture = begin(captures, { filter: { side: "ac" }, secrets: true });
    const { dialled, arrived } = await dialAndLogIn(path);
    captures.end();
    const frames = readPcapng(await drain(capture)).packets.map(({ data }) => data);
    const wire = [dialled.padi, dialled.padr].map(({ frame }) => frame);
    wire.push(...arrived.filter((_, i) => LOGINS[i].up));
    const seen = frames.filter((frame) => readMac(frame, 6) === WAN);
    assertEquals(seen.length, wire.length);
    for (const [i, frame] of seen.entries()) assertEquals(wire[i].slice(0, frame.length), frame);
  });
});

for (const side of ["server", "client"] as const) {
  Deno.test(`a ${side}'s capture contains no password, name or CHAP value, unless secrets are requested`, async () => {
    await within({}, async (path) => {
      const captures = capturesOf(path, side);
      const [hidden, open] = [begin(captures), begin(captures, { secrets: true })];
      const { dialled } = await dialAndLogIn(path);
      captures.end();
      const [masked, plain] = [await drain(hidden), await drain(open)];
      for (const secret of SECRETS) {
        assert(!holds(masked, secret));
        assert(holds(plain, secret));
      }
      assertEquals(lengths(masked), lengths(plain));
      await carry(path, dialled, LOGINS[0]); // frames are still forwarded
    });
  });
}

function lengths(capture: Uint8Array): number[] {
  return readPcapng(capture).packets.map(({ data }) => data.length);
}

Deno.test("frames can be filtered by client, by address of customer or AC, by session id and by side", async () => {
  await within({ clients: ["a", "b"] }, async (path) => {
    const captures = capturesOf(path, "server");
    const second = 0x02_00_00_00_00_c2;
    const wanted = {
      client: begin(captures, { filter: { peer: "b" } }),
      mac: begin(captures, { filter: { mac: second } }),
      ac: begin(captures, { filter: { mac: AC, side: "ac" } }),
      id: begin(captures, { filter: { sessionId: 0x22 } }),
    };
    const a = await dial(path, { client: 0, id: 0x11 });
    const b = await dial(path, { client: 1, id: 0x22, customer: second });
    await carry(path, a, LOGINS[0], 0x11);
    await carry(path, b, LOGINS[0], 0x22);
    captures.end();
    const read = async (name: keyof typeof wanted) => shown(readPcapng(await drain(wanted[name])));
    const session = ["session"];
    const both = (words: string[]) => words.flatMap((word) => [word, word]);
    const client = await read("client");
    assertEquals(client.map(([, , what]) => what), both([...DIAL, ...session]));
    assert(client.every(([name]) => name.startsWith("b/")));
    assertEquals(await read("mac"), client);
    const ac = await read("ac");
    assert(ac.every(([name]) => name.endsWith("/ac")));
    const addressed = ["PADO", "PADR", "PADS"];
    assertEquals(ac.map(([, , what]) => what), [
      ...addressed,
      ...addressed,
      ...session,
      ...session,
    ]);
    const id = await read("id");
    assertEquals(id.map(([, , what]) => what), ["PADS", "PADS", "session", "session"]);
    assert(id.every(([name]) => name.startsWith("b/")));
  });
});

Deno.test("an unmatched answer has no client; a PADT belongs to its session, also as the answer to one", async () => {
  await within({}, async (path) => {
    const captures = capturesOf(path, "server");
    const capture = begin(captures);
    const stranger = { destination: WAN, source: AC, code: 0x07, sessionId: 0 };
    path.ac.send(stranger, [{ type: 0x0101, value: new Uint8Array(0) }]);
    await settle();
    const { wire } = await dial(path);
    wire.send({ destination: LAN, source: CUSTOMER, code: 0xa7, sessionId: 0x11 }, []);
    await path.ac.packet();
    path.ac.send({ destination: WAN, source: AC, code: 0xa7, sessionId: 0x11 }, []);
    await settle();
    captures.end();
    const frames = shown(readPcapng(await drain(capture))).map((frame) => frame.slice(0, 3));
    assertEquals(frames[0], ["ac", "in", "PADO"]);
    assertEquals(frames.slice(-4), [
      ["branch-1/customer", "in", "PADT"],
      ["branch-1/ac", "out", "PADT"],
      ["branch-1/ac", "in", "PADT"],
      ["branch-1/customer", "out", "PADT"],
    ]);
  });
});

Deno.test("a frame without a tunnel is captured on the wire only, and one of an unknown session not at all", async () => {
  await within({}, async (path) => {
    const dialled = await dial(path);
    const captures = capturesOf(path, "server");
    const capture = begin(captures);
    await path.lose(0);
    path.ac.sendRaw(sessionFrame(WAN, dialled.ac, 0x11, [0, 33, 1]));
    path.ac.sendRaw(sessionFrame(WAN, dialled.ac, 0x12, [0, 33, 2]));
    await settle();
    captures.end();
    const frames = shown(readPcapng(await drain(capture)));
    assertEquals(frames, [["branch-1/ac", "in", "session", AC, WAN, 0x11]]);
  });
});

Deno.test("the number of captures is limited, and without captures frames pass no tap", async () => {
  await within({}, async (path) => {
    const captures = capturesOf(path, "server");
    const { sessions } = path.server.proxy;
    assertEquals(sessions.tap, undefined);
    const all = Array.from({ length: MAX_CAPTURES }, () => begin(captures));
    assertEquals(captures.begin({ filter: {}, secrets: false }), undefined);
    all[1].end();
    assertEquals(captures.size, MAX_CAPTURES - 1);
    begin(captures, { count: 1 });
    await dial(path);
    assertEquals(captures.size, MAX_CAPTURES - 1);
    assert(sessions.tap !== undefined);
    captures.end();
    assertEquals([captures.size, sessions.tap], [0, undefined]);
  });
});

Deno.test("a reader that does not read does not delay forwarding", async () => {
  await within({}, async (path) => {
    const captures = capturesOf(path, "server");
    const capture = begin(captures);
    const dialled = await dial(path);
    const frame = new Uint8Array(1_400).fill(7);
    frame.set([0, 33]);
    for (let i = 0; i < 4_000; i++) await carry(path, dialled, { up: true, frame });
    assert(capture.dropped > 0);
    assertEquals(capture.frames + capture.dropped, 8 + 2 * 4_000);
    captures.end();
    const bytes = await drain(capture);
    assert(bytes.length <= 4 * 1024 * 1024 + 4_096, `${bytes.length} bytes`);
    const { statistics } = readPcapng(bytes);
    assertEquals(
      statistics.reduce((sum, { dropped }) => sum + Number(dropped), 0),
      capture.dropped,
    );
  });
});
