import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { addressBytes, networksOf } from "../../../src/tunnel/admission/network.ts";

Deno.test("an IPv4 address, mapped or not, is a network; an IPv6 address counts by /64, /56 and /48", () => {
  assertEquals(networksOf("192.0.2.1"), { own: "192.0.2.1", wide: [] });
  assertEquals(networksOf("::ffff:192.0.2.1"), networksOf("192.0.2.1"));
  assertEquals(networksOf("::ffff:c000:201"), networksOf("192.0.2.1"));
  assertEquals(networksOf("192.000.2.01"), networksOf("192.0.2.1"));
  const wide = ["2001:db8:0:1200::/56", "2001:db8:0:0::/48"];
  assertEquals(networksOf("2001:db8:0:1234::1"), { own: "2001:db8:0:1234::/64", wide });
  assertEquals(networksOf("2001:0db8::1234:ffff:0:0:2").own, "2001:db8:0:1234::/64");
  assertEquals(networksOf("fe80::1%eth0").own, "fe80:0:0:0::/64");
  assertEquals(networksOf("2001:db8:0:1200::"), networksOf("2001:db8:0:1200::ffff"));
});

Deno.test("a text that is not an address counts as its own network", () => {
  for (
    const host of [
      "",
      "a",
      "1.2.3",
      "1.2.3.256",
      "1.2.3.4.5",
      "1.2..4",
      "1.2.3.",
      "1.2.3.4a",
      "1::2::3",
      "12345::",
      "1:2:3:4:5:6:7:8:9",
    ]
  ) {
    assertEquals(addressBytes(host), undefined);
    assertEquals(networksOf(host), { own: host, wide: [] });
  }
});

Deno.test("every spelling of an address gives the same bytes", () => {
  fc.assert(fc.property(fc.ipV4(), (host) => {
    const bytes = addressBytes(host);
    assertEquals(bytes?.subarray(12).join("."), host);
    assertEquals(networksOf(host), { own: host, wide: [] });
    assertEquals(networksOf(`::ffff:${host}`), { own: host, wide: [] });
    assertEquals(addressBytes(`::ffff:${host}`), bytes);
  }));
  fc.assert(fc.property(fc.ipV6(), (host) => {
    assertEquals(addressBytes(host)?.length, 16);
    // WHATWG URL returns the canonical spelling.
    assertEquals(
      addressBytes(new URL(`http://[${host}]`).hostname.slice(1, -1)),
      addressBytes(host),
    );
  }));
});
