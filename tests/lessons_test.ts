/**
 * One test for each vulnerability or bug of another implementation in docs/threat-model.md.
 */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { COMMANDS } from "../src/cli/commands.ts";
import {
  CODE_PADI,
  CODE_PADR,
  TAG_END_OF_LIST,
  TAG_HOST_UNIQ,
  TAG_PPP_MAX_PAYLOAD,
  TAG_SERVICE_NAME,
  TAG_VENDOR_SPECIFIC,
} from "../src/pppoe/constants.ts";
import { encodeDiscovery, parseDiscovery } from "../src/pppoe/frame.ts";
import { pppProtocol } from "../src/pppoe/ppp.ts";
import { encodeTags, findTag, readTags } from "../src/pppoe/tags.ts";
import { decodeLineId } from "../src/pppoe/vendor_tag.ts";
import { authenticateClient, HandshakeError } from "../src/tunnel/authenticate.ts";
import { encodeHello, NONCE_BYTES, prove } from "../src/tunnel/handshake.ts";
import {
  ControlType,
  KIND_CONTROL,
  KIND_DISCOVERY,
  KIND_SESSION,
  RECORD_HEADER,
} from "../src/tunnel/record/record.ts";
import { dial, payloadOf, service, sessionFrame, settle, uniq, within } from "./proxy/dial.ts";
import { AC, CUSTOMER, LAN, WAN } from "./proxy/path.ts";
import { HostileClient, record } from "./proxy/raw_client.ts";
import { memoryConnectionPair } from "./tunnel/memory_connection.ts";

const SECRET = new Uint8Array(32).fill(0x5e);
const server = {
  fingerprint: new Uint8Array(32),
  secrets: (name: string) => name === "branch-1" ? [SECRET] : [],
};

function packet(code: number, tags: Uint8Array): Uint8Array {
  return encodeDiscovery({ code, sessionId: 0, source: CUSTOMER, destination: AC, tags });
}

// CVE-2020-8597: anyone who could send a frame to pppd could exploit its EAP overflow.
Deno.test("lesson: data from an unauthenticated peer reaches no wire and no decoder", async () => {
  for (const kind of [KIND_SESSION, KIND_DISCOVERY]) {
    const [client, far] = memoryConnectionPair();
    const padi = packet(CODE_PADI, encodeTags([service]));
    await client.write(record(kind, 0, padi));
    const error = await assertRejects(() => authenticateClient(far, server), HandshakeError);
    assertEquals(error.end.reason, "protocol-violation");
    assertEquals(far.readBytes, RECORD_HEADER);
  }
});

// CVE-2001-0026: rp-pppoe looped forever over a TCP option of length 0.
Deno.test("lesson: elements of length 0 are skipped, in tags and in sub-options of a vendor tag", () => {
  const empty = new Uint8Array(0);
  const tags = Array.from({ length: 373 }, () => ({ type: 0x999, value: empty }));
  assertEquals(readTags(encodeTags(tags)), tags);
  const value = Uint8Array.from([0, 0, 0x0d, 0xe9, ...new Array(200).fill(0)]);
  assertEquals(decodeLineId({ type: TAG_VENDOR_SPECIFIC, value }), {});
});

// CVE-2008-3584: NetBSD read beyond a packet because of a tag's length; so did mpd5 5.9_2.
// CVE-2022-0982 and others in accel-ppp: lengths from the wire were trusted.
Deno.test("lesson: every length from the wire is checked, for all values", () => {
  const frame = packet(CODE_PADR, encodeTags([service, uniq(1, 2, 3)]));
  const view = new DataView(frame.buffer);
  for (const at of [18, 22, 26]) {
    const right = view.getUint16(at);
    for (let length = 0; length <= 0xffff; length++) {
      view.setUint16(at, length);
      const read = parseDiscovery(frame);
      const tags = typeof read === "string" ? read : readTags(read.tags);
      if (typeof tags === "string") continue;
      const bytes = tags.reduce((sum, { value }) => sum + 4 + value.length, 0);
      assert(bytes <= frame.length - 20, `length ${length} at ${at} is trusted`);
    }
    view.setUint16(at, right);
  }
});

// accel-ppp 86e71f2a: a tag header was read from fewer than four remaining bytes.
Deno.test("lesson: no tag header is read from fewer than four remaining bytes", () => {
  const region = encodeTags([service]);
  for (const left of [1, 2, 3]) {
    assertEquals(readTags(region.subarray(0, left)), "tag-truncated");
    assertEquals(readTags(Uint8Array.from([...region, ...region.slice(0, left)])), "tag-truncated");
  }
});

// accel-ppp c32518d7: an echoed Host-Uniq was written three bytes beyond the answer.
Deno.test("lesson: a Host-Uniq of any length is either echoed in full within a frame or refused", () =>
  within({}, async (path) => {
    for (const length of [0, 1, 1_400, 1_470]) {
      const unique = { type: TAG_HOST_UNIQ, value: new Uint8Array(length).fill(0x55) };
      const wire = path.customers[0];
      const head = { source: CUSTOMER, destination: 0xffff_ffff_ffff, sessionId: 0 };
      wire.send({ ...head, code: CODE_PADI }, [service, unique]);
      const { list } = await path.ac.packet();
      path.ac.send({ source: AC, destination: WAN, code: 0x07, sessionId: 0 }, list);
      await settle();
      for (const frame of wire.frames.splice(0)) {
        const read = parseDiscovery(frame);
        const tags = typeof read === "string" ? read : readTags(read.tags);
        assert(typeof tags !== "string" && frame.length <= 1_514);
        assertEquals(findTag(tags, TAG_HOST_UNIQ), unique.value);
      }
    }
    assertEquals(path.clients[0].drops, { "discovery-too-long": 1 });
  }));

// accel-ppp 028e2090: a frame with an invalid VER or TYPE was logged but still forwarded.
Deno.test("lesson: a frame that is counted as dropped is not forwarded", () =>
  within({}, async (path) => {
    await dial(path);
    const padi = packet(CODE_PADI, encodeTags([service]));
    const data = sessionFrame(LAN, CUSTOMER, 0x11, [1, 2, 3]);
    for (const frame of [padi, data]) {
      frame[14] = 0x12;
      path.customers[0].sendRaw(frame);
    }
    await settle();
    assertEquals(path.clients[0].drops, { "version-wrong": 2 });
    assertEquals([path.ac.frames, path.server.drops], [[], {}]);
  }));

// accel-ppp d7e6984c: a missing break made a vendor tag parse as PPP-Max-Payload.
Deno.test("lesson: each tag is parsed by its own type, whatever tag precedes it", () => {
  const vendor = { type: TAG_VENDOR_SPECIFIC, value: Uint8Array.of(0x05, 0xdc) };
  const maximum = { type: TAG_PPP_MAX_PAYLOAD, value: Uint8Array.of(0x05, 0xd4) };
  for (const tags of [[vendor, maximum], [maximum, vendor]]) {
    const read = readTags(encodeTags(tags));
    assert(typeof read !== "string");
    assertEquals(findTag(read, TAG_PPP_MAX_PAYLOAD), maximum.value);
    assertEquals(findTag(read, TAG_VENDOR_SPECIFIC), vendor.value);
    assertEquals(decodeLineId({ ...maximum, value: new Uint8Array(8) }), undefined);
  }
});

// accel-ppp 6fbb4a90: tags after End-Of-List were parsed.
Deno.test("lesson: a Service-Name after End-Of-List is ignored", () =>
  within({}, async (path) => {
    const end = { type: TAG_END_OF_LIST, value: new Uint8Array(0) };
    const hidden = { type: TAG_SERVICE_NAME, value: new Uint8Array(0) };
    const head = { source: CUSTOMER, destination: 0xffff_ffff_ffff, sessionId: 0 };
    path.customers[0].send({ ...head, code: CODE_PADI }, [end, hidden]);
    path.customers[0].send({ ...head, code: CODE_PADI }, [service, end, uniq(9)]);
    const { list } = await path.ac.packet();
    // The Host-Uniq is the server's: the customer's is after End-Of-List.
    assertEquals(list.map(({ type }) => type), [TAG_SERVICE_NAME, TAG_HOST_UNIQ]);
    assertNotEquals(list[1].value, uniq(9).value);
    assertEquals(path.clients[0].drops, { "service-name-count": 1 });
  }));

// CVE-2026-46306: Linux's flow dissector assumed two bytes of PPP protocol.
Deno.test("lesson: a PPP protocol field of one byte is valid, and its frame is forwarded unchanged", () =>
  within({}, async (path) => {
    for (const [bytes, protocol] of [[[0x21], 0x21], [[0x57, 0x60], 0x57], [[0x80], 0]] as const) {
      assertEquals(pppProtocol(Uint8Array.from(bytes), 0, bytes.length), protocol);
    }
    await dial(path);
    for (const payload of [[0x21], [0x57, 0x60]]) {
      path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 0x11, payload));
      assertEquals(payloadOf(await path.ac.next()), payload);
    }
    // An incomplete protocol field, so not a PPP frame (RFC 1661 sections 2 and 6.5).
    for (const payload of [[], [0x80]]) {
      path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 0x11, payload));
    }
    await settle();
    assertEquals([path.ac.frames, path.clients[0].drops], [[], { "ppp-short": 2 }]);
  }));

// CVE-2020-27638: an invalid packet type triggered an assertion in fastd, which ended the process.
Deno.test("lesson: a record of an unknown kind ends only its own tunnel", () =>
  within({}, async (path) => {
    await dial(path);
    for (const bytes of [record(3, 0, new Uint8Array(4)), record(KIND_CONTROL, 99, SECRET)]) {
      const hostile = new HostileClient(path, "hostile");
      await settle();
      hostile.write(bytes);
      assertEquals((await hostile.ended).reason, "protocol-violation");
    }
    path.customers[0].sendRaw(sessionFrame(LAN, CUSTOMER, 0x11, [1]));
    assertEquals(payloadOf(await path.ac.next()), [1]);
  }));

// cloudflared hides its command line from debuggers because it contains tunnel tokens.
Deno.test("lesson: no option takes a secret, so command lines never contain one", () => {
  const values = COMMANDS.flatMap(({ options }) =>
    options.filter(({ value }) => value !== undefined)
  );
  const names = values.map(({ name }) => name);
  assertEquals(names.filter((name) => /secret|key|token|pass/i.test(name)), []);
});

// rathole logged the expected digest; an frp login could be replayed.
Deno.test("lesson: a refusal does not reveal the correct proof, and a proof cannot be replayed", async () => {
  const hello = encodeHello({
    version: 1,
    features: 0,
    nonce: new Uint8Array(NONCE_BYTES),
    name: "branch-1",
  });
  let repeated = new Uint8Array(32);
  for (const first of [true, false]) {
    const [client, far] = memoryConnectionPair();
    const served = authenticateClient(far, server).then(() => undefined, (error) => error);
    await client.write(record(KIND_CONTROL, ControlType.hello, hello));
    const answer = new Uint8Array(300);
    const challenge = answer.subarray(RECORD_HEADER, await client.read(answer) ?? 0);
    const right = prove(SECRET, "client", hello, challenge);
    if (first) repeated = new Uint8Array(right);
    await client.write(record(KIND_CONTROL, ControlType.proof, repeated));
    const error = await served;
    if (first) {
      assertEquals(error, undefined);
      continue;
    }
    assertInstanceOf(error, HandshakeError);
    const said = `${error.message} ${JSON.stringify(error.end)} ${error.stack}`;
    for (const bytes of [right, repeated, SECRET]) assert(!said.includes(bytes.toHex()));
    const refusal = new Uint8Array(300);
    const count = await client.read(refusal) ?? 0;
    assertEquals(refusal.subarray(0, count).toHex(), "80010005" + "02");
  }
});
