import { assertEquals, assertStringIncludes } from "@std/assert";
import { formatAddress, parseAddress } from "../../src/config/addresses.ts";

Deno.test("IPv4 addresses, IPv6 addresses and names with ports are parsed, and formatted the same", () => {
  for (const text of ["192.0.2.2:8443", "[2001:db8::1]:1", "[::]:65535", "proxy.example:443"]) {
    const address = parseAddress(text);
    assertEquals(typeof address === "string" ? address : formatAddress(address), text);
  }
});

Deno.test("invalid addresses are refused with the reason", () => {
  const reasons: [string, string][] = [
    ["192.0.2.2", 'as in "192.0.2.2:8443"'],
    ["2001:db8::1", 'as in "[2001:db8::1]:8443"'],
    ["2001:db8::1:x:8443", "needs brackets"],
    ["[192.0.2.2]:1", "is not an IPv6 address"],
    ["192.0.2.256:1", "neither an IPv4 address nor a name"],
    ["-a.example:1", "neither an IPv4 address nor a name"],
    [":8443", "neither an IPv4 address nor a name"],
    ["a:0", "not between 1 and 65535"],
    ["a:65536", "not between 1 and 65535"],
  ];
  for (const [text, reason] of reasons) {
    assertStringIncludes(String(parseAddress(text)), reason, text);
  }
});
