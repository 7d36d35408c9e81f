import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isAuthentication, loginRefusal } from "../../src/pppoe/authentication.ts";

function frame(protocol: number, code: number, body: Uint8Array): Uint8Array {
  const length = 4 + body.length;
  const head = [protocol >> 8, protocol & 0xff, code, 7, length >> 8, length & 0xff];
  return Uint8Array.of(...head, ...body);
}

function refusal(bytes: Uint8Array) {
  return loginRefusal(bytes, 0, bytes.length);
}

const text = (words: string) => new TextEncoder().encode(words);

Deno.test("a refused login has its protocol and the peer's words", () => {
  const nak = frame(0xc023, 3, Uint8Array.of(5, ...text("wrong"), 0, 0));
  assertEquals(refusal(nak), { protocol: "PAP", text: "wrong" });
  const failure = frame(0xc223, 4, text("Login incorrect"));
  assertEquals(refusal(failure), { protocol: "CHAP", text: "Login incorrect" });
  assertEquals(refusal(frame(0xc227, 4, new Uint8Array(0))), { protocol: "EAP", text: "" });
  const padded = Uint8Array.of(...failure, 0, 0, 0);
  assertEquals(refusal(padded)?.text, "Login incorrect");
});

Deno.test("the challenge in a message of MS-CHAPv2 is left out", () => {
  const message = `E=691 R=0 C=${"0F".repeat(16)} V=3 M=Access denied`;
  assertEquals(refusal(frame(0xc223, 4, text(message)))?.text, "E=691 R=0 V=3 M=Access denied");
});

Deno.test("no other packet of these protocols is a refusal", () => {
  for (const code of [1, 2, 5]) {
    for (const protocol of [0xc023, 0xc223, 0xc227, 0xc021, 0x0021]) {
      assertEquals(refusal(frame(protocol, code, text("x"))), undefined);
    }
  }
});

Deno.test("whatever a frame has, it is read within its bounds", () => {
  const protocols = fc.constantFrom(0xc023, 0xc223, 0xc227);
  const codes = fc.constantFrom(3, 4);
  fc.assert(
    fc.property(protocols, codes, fc.uint8Array({ maxLength: 300 }), fc.nat(6), (...parts) => {
      const [protocol, code, rest, before] = parts;
      const bytes = Uint8Array.of(
        ...new Uint8Array(before),
        ...[protocol >> 8, protocol & 0xff, code],
        ...rest,
      );
      const length = bytes.length - before;
      const found = loginRefusal(bytes, before, length);
      if (found === undefined) return;
      assertEquals(isAuthentication(bytes, before, length), true);
      assertEquals(found.text.length <= 200, true);
    }),
  );
});
