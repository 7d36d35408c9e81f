import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Admission, networkOf } from "../../src/tunnel/admission.ts";

Deno.test("one address holds only so many places, all together only so many more", () => {
  const admission = new Admission({ unauthenticated: 3, perAddress: 2 });
  assertEquals(["a", "a", "a", "b", "c"].map((host) => admission.enter(host)), [
    true,
    true,
    false,
    true,
    false,
  ]);
  admission.leave("a");
  assertEquals(admission.enter("c"), true);
});

Deno.test("addresses of one IPv6 /64 count as one; a mapped IPv4 address as itself", () => {
  assertEquals(networkOf("2001:db8::1"), "2001:db8:0:0::/64");
  assertEquals(networkOf("2001:0db8:0:0:ffff::2"), "2001:db8:0:0::/64");
  assertEquals(networkOf("2001:db8:0:1::1"), "2001:db8:0:1::/64");
  assertEquals(networkOf("::ffff:192.0.2.1"), networkOf("192.0.2.1"));
  assertEquals(networkOf("fe80::1%eth0"), "fe80:0:0:0::/64");
});

Deno.test("places given back are all there again", () => {
  fc.assert(fc.property(fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 30 }), (hosts) => {
    const admission = new Admission({ unauthenticated: 5, perAddress: 2 });
    for (const host of hosts.filter((host) => admission.enter(host))) admission.leave(host);
    const again = ["a", "a", "b", "b", "c"].map((host) => admission.enter(host));
    assertEquals(again, [true, true, true, true, true]);
  }));
});
