import { assertEquals } from "@std/assert";
import { encodeHdlc, HdlcDecoder } from "./hdlc.ts";

Deno.test("encodeHdlc() puts address and control before a packet and escapes what it must", () => {
  const framed = encodeHdlc(Uint8Array.of(0xc0, 0x21, 0x7e, 0x7d));
  assertEquals(framed[0], 0x7e);
  assertEquals([...framed.subarray(1, 9)], [0xff, 0x7d, 0x23, 0xc0, 0x21, 0x7d, 0x5e, 0x7d]);
  assertEquals(framed.at(-1), 0x7e);
});

Deno.test("HdlcDecoder returns every byte, however the stream is split", () => {
  const packet = Uint8Array.from({ length: 258 }, (_, at) => at);
  const framed = encodeHdlc(packet);
  for (let cut = 0; cut <= framed.length; cut++) {
    const decoder = new HdlcDecoder();
    const packets = [framed.subarray(0, cut), framed.subarray(cut)]
      .flatMap((part) => decoder.decode(part));
    assertEquals(packets, [packet]);
    assertEquals(decoder.faults, 0);
  }
});

Deno.test("HdlcDecoder drops and counts a frame with a changed bit", () => {
  const framed = encodeHdlc(Uint8Array.of(0, 0x21, 0x45, 0x46));
  framed[5] ^= 0x40;
  const decoder = new HdlcDecoder();
  assertEquals(decoder.decode(framed), []);
  assertEquals(decoder.faults, 1);
});
