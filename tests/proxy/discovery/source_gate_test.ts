import { assertEquals } from "@std/assert";
import { CODE_PADI, CODE_PADR, CODE_PADT } from "../../../src/pppoe/constants.ts";
import { type Mac, writeMac } from "../../../src/pppoe/mac.ts";
import { SourceGate } from "../../../src/proxy/discovery/source_gate.ts";

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Returns a frame after four other bytes. */
function frame(code: number, source: Mac): Uint8Array {
  const bytes = new Uint8Array(24);
  writeMac(bytes, 4 + 6, source);
  bytes[4 + 15] = code;
  return bytes;
}

/** Returns a gate, and a function that counts how many of a number of frames it accepts. */
function gate(padiRatePerMac: number, padiBurstPerMac: number) {
  const clock = { time: 0 };
  const limits = { padiRatePerMac, padiBurstPerMac };
  const wire = new SourceGate({ limits, now: () => clock.time, randomBytes });
  const pass = (code: number, source: number, tries: number): number =>
    Array.from({ length: tries }, () => !wire.isExcess(frame(code, source), 4, 20))
      .filter(Boolean).length;
  return { clock, wire, pass };
}

Deno.test("H3: of one source's PADIs and PADRs 64 are read at once, and 32 a second", () => {
  const { clock, pass } = gate(2, 5);
  assertEquals(pass(CODE_PADI, 0x02_01, 32) + pass(CODE_PADR, 0x02_01, 20_000), 64);
  clock.time = 1_000;
  assertEquals(pass(CODE_PADR, 0x02_01, 20_000), 32);
  assertEquals(pass(CODE_PADT, 0x02_01, 1_000), 1_000); // packets of a session are not counted
});

Deno.test("H3: requests of a client's customer do not use up the limit of another client's with the same address", () => {
  const { wire } = gate(2, 5);
  const [one, other] = [{}, {}];
  const bytes = frame(CODE_PADR, 0x02_01);
  for (let i = 0; i < 1_000; i++) wire.isExcess(bytes, 4, 20, one);
  const excess = [one, other].map((owner) => wire.isExcess(bytes, 4, 20, owner));
  assertEquals(excess, [true, false]);
});

Deno.test("a frame too short to be parsed is not counted", () => {
  const { wire } = gate(2, 5);
  const bytes = frame(CODE_PADI, 0x02_01);
  for (let i = 0; i < 100; i++) assertEquals(wire.isExcess(bytes, 4, 19), false);
  assertEquals(wire.isExcess(bytes, 4, 20), false);
});

Deno.test("H3: with a higher PADI limit per customer, eight times as many requests are read", () => {
  const { clock, pass } = gate(100, 200);
  assertEquals(pass(CODE_PADI, 0x02_01, 20_000), 1_600);
  clock.time = 1_000;
  assertEquals(pass(CODE_PADI, 0x02_01, 20_000), 800);
});

Deno.test("H3: despite 10,000 requests a second from forged addresses, a customer's are read", () => {
  const { clock, pass } = gate(2, 5);
  let source = 0x02_bb_00_00_00_00;
  for (; clock.time < 10_000; clock.time++) {
    for (let i = 0; i < 10; i++) pass(CODE_PADI, source++, 1);
    if (clock.time % 500 === 0) assertEquals(pass(CODE_PADR, 0x02_01, 2), 2);
  }
});
