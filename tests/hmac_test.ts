import { assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { Hmac } from "../src/hmac.ts";

Deno.test("an HMAC is that of RFC 2104, also with long keys and messages, one after the other", () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(fc.property(bytes, fc.array(bytes, { maxLength: 4 }), (key, messages) => {
    const hmac = new Hmac(key);
    for (const message of messages) {
      const expected = createHmac("sha256", key).update(message).digest();
      assertEquals(hmac.digest(message).toHex(), expected.toString("hex"));
    }
  }));
});
