import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeAddress, encodeAddress } from "../../../ffi/socket/socket_address.ts";

Deno.test("an IPv4 address is encoded as struct sockaddr_in", () => {
  const expected = [2, 0, 0x20, 0xfb, 192, 0, 2, 9, 0, 0, 0, 0, 0, 0, 0, 0];
  assertEquals([...encodeAddress("192.0.2.9", 8443)], expected);
});

Deno.test("an IPv6 address is encoded as struct sockaddr_in6 in every spelling", () => {
  const bytes = (host: string): number[] => [...encodeAddress(host, 1).subarray(8, 24)];
  const expected: [string, number[]][] = [
    ["::", Array(16).fill(0)],
    ["::1", [...Array(15).fill(0), 1]],
    ["2001:db8::7", [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 7]],
    ["1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ["fe80::", [0xfe, 0x80, ...Array(14).fill(0)]],
    ["::ffff:192.0.2.1", [...Array(10).fill(0), 255, 255, 192, 0, 2, 1]],
  ];
  for (const [host, address] of expected) assertEquals(bytes(host), address, host);
  const scoped = encodeAddress("fe80::1%lo", 1);
  assertEquals([scoped[0], scoped.length, scoped[24], scoped[9]], [10, 28, 1, 0x80]);
  assertEquals(encodeAddress("fe80::1%7", 1)[24], 7);
});

Deno.test("a host name is not accepted as an address", () => {
  assertThrows(() => encodeAddress("proxy.example", 1), TypeError);
});

Deno.test("an address from the kernel is decoded to its shortest form, with the port", () => {
  assertEquals(decodeAddress(encodeAddress("192.0.2.9", 8443)), { host: "192.0.2.9", port: 8443 });
  fc.assert(fc.property(fc.ipV6(), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
    const decoded = decodeAddress(encodeAddress(host, port));
    assertEquals(decoded.port, port);
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(decoded.host);
    if (mapped !== null) return;
    assertEquals(`[${decoded.host}]`, new URL(`http://[${host}]`).hostname);
  }));
  assertEquals(decodeAddress(encodeAddress("::ffff:192.0.2.1", 1)).host, "::ffff:192.0.2.1");
});
