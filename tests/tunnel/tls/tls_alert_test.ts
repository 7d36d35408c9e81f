import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  ALERT_RECORD_BYTES,
  decodeAlert,
  describeAlert,
  encodeAlert,
  TlsAlert,
  TOO_BUSY,
} from "../../../src/tunnel/tls/tls_alert.ts";

Deno.test("TLS alert: an encoded alert is decoded, whatever follows it", () => {
  fc.assert(fc.property(fc.nat(255), fc.uint8Array({ maxLength: 8 }), (description, rest) => {
    const record = encodeAlert(description);
    assertEquals(record.length, ALERT_RECORD_BYTES);
    assertEquals(decodeAlert(new Uint8Array([...record, ...rest])), description);
  }));
});

Deno.test("TLS alert: other records and incomplete ones are not alerts", () => {
  for (let length = 0; length < ALERT_RECORD_BYTES; length++) {
    assertEquals(decodeAlert(encodeAlert(80).subarray(0, length)), undefined);
  }
  assertEquals(decodeAlert(Uint8Array.of(22, 3, 3, 0, 2, 2, 80)), undefined);
  assertEquals(decodeAlert(Uint8Array.of(21, 3, 3, 0, 19, 2, 80)), undefined); // encrypted
});

Deno.test("TLS alert: relevant alerts have a description, others a number", () => {
  assertMatch(describeAlert(TOO_BUSY), /too busy/);
  assertMatch(describeAlert(TlsAlert.protocolVersion), /TLS 1\.3/);
  assertMatch(describeAlert(47), /alert 47/);
});
