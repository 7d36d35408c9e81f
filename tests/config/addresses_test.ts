import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { formatAddress, isSameAddress, overlap, parseAddress } from "../../src/config/addresses.ts";

Deno.test("IPv4 addresses, IPv6 addresses and names with ports are parsed, and formatted the same", () => {
  for (const text of ["192.0.2.2:8443", "[2001:db8::1]:1", "[::]:65535", "proxy.example:443"]) {
    const address = parseAddress(text);
    assertEquals("words" in address ? address.words : formatAddress(address), text);
  }
});

Deno.test("N1: each server has one name, however its address is spelt", () => {
  const is = (one: string, other: string): boolean => {
    const [a, b] = [parseAddress(one), parseAddress(other)];
    assert(!("words" in a) && !("words" in b), `${one} ${other}`);
    return isSameAddress(a, b);
  };
  const same: [one: string, other: string][] = [
    ["[::1]:8443", "[0:0::1]:8443"],
    ["192.0.2.2:8443", "[::ffff:192.0.2.2]:8443"],
    ["192.0.2.2:8443", "[::FFFF:c000:202]:8443"],
    ["192.0.2.2:8443", "192.0.2.2:08443"],
    ["proxy.example:1", "PROXY.example:1"],
  ];
  for (const [one, other] of same) assert(is(one, other), `${one} ${other}`);
  const different: [one: string, other: string][] = [
    ["192.0.2.2:8443", "192.0.2.2:8444"],
    ["192.0.2.2:8443", "[::192.0.2.2]:8443"],
    ["[fe80::1%lan0]:8443", "[fe80::1%lan1]:8443"],
    ["192.0.2.2:8443", "[::ffff:192.0.2.3]:8443"],
  ];
  for (const [one, other] of different) assert(!is(one, other), `${one} ${other}`);
});

Deno.test("two addresses overlap if they are the same, or one is every address of the family", () => {
  const is = (one: string, other: string): boolean => {
    const [a, b] = [parseAddress(one), parseAddress(other)];
    assert(!("words" in a) && !("words" in b), `${one} ${other}`);
    assertEquals(overlap(a, b), overlap(b, a));
    return overlap(a, b);
  };
  for (const other of ["0.0.0.0:1", "192.0.2.2:1", "[::]:1", "[::ffff:c000:202]:1"]) {
    assert(is("192.0.2.2:1", other), other);
  }
  for (const other of ["0.0.0.0:2", "192.0.2.3:1", "[::1]:1", "[::]:2"]) {
    assert(!is("192.0.2.2:1", other), other);
  }
  assert(is("[::1]:1", "[::]:1") && !is("[::1]:1", "0.0.0.0:1"));
});

Deno.test("an invalid address is refused with what to write instead", () => {
  const faults: [text: string, words: string, remedy: string][] = [
    ["192.0.2.2", '"192.0.2.2" has no port', 'write "192.0.2.2:8443"'],
    ["192.0.2.2:", '"192.0.2.2:" has no port', 'write "192.0.2.2:8443"'],
    ["2001:db8::1", '"2001:db8::1" has no port', 'write "[2001:db8::1]:8443"'],
    ["2001:db8::1:8443", "IPv6 address and a port without brackets", 'write "[2001:db8::1]:8443"'],
    ["fe80::1%eth0:8443", "IPv6 address and a port without", 'write "[fe80::1%eth0]:8443"'],
    [
      "2001:db8::1:x:8443",
      "is neither an IP address nor a name",
      'write it as in "192.0.2.2:8443"',
    ],
    ["[2001:db8::1", "has only one bracket", 'write it as "[2001:db8::1]:8443"'],
    ["[2001:db8::1]:0", "Port 0 is not between 1 and 65535", "write the port that the server uses"],
    ["[2001:db8::1]:x", "is not a number", 'write it as in "192.0.2.2:8443"'],
    ["[x]:1", "Only an IPv6 address has brackets", 'write "x:1"'],
    ["[192.0.2.2]:1", "Only an IPv6 address has brackets", 'write "192.0.2.2:1"'],
    ["192.0.2.256:1", "is not an IPv4 address", "four numbers from 0 to 255"],
    ["-a.example:1", '"-a.example" is neither an IP address nor a name', 'as in "192.0.2.2:1"'],
    [":8443", "has no address before the port", '"0.0.0.0:8443"'],
    [" 192.0.2.2:1 ", "There are blanks around", "remove them"],
    ["tcp://192.0.2.2", 'An address has no "tcp://"', 'write "192.0.2.2:8443"'],
    ["a:0", "Port 0 is not between 1 and 65535", "write the port that the server uses"],
    ["a:65536", "Port 65536 is not between 1 and 65535", "write the port that the server uses"],
    ["", '"" has no port', 'write it as in "192.0.2.2:8443"'],
  ];
  for (const [text, words, remedy] of faults) {
    const fault = parseAddress(text);
    assert("words" in fault, text);
    assertStringIncludes(fault.words, words, text);
    assertStringIncludes(fault.remedy, remedy, text);
  }
});

Deno.test("what is suggested instead of an address is an address", () => {
  const parts = fc.constantFrom(
    "1",
    "255",
    "8443",
    ":",
    "::",
    ".",
    "[",
    "]",
    "a",
    "%",
    " ",
    "*",
    "/",
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 9 }), (words) => {
      const fault = parseAddress(words.join(""));
      const suggested = "words" in fault ? /^write "([^"]*)"$/.exec(fault.remedy)?.[1] : undefined;
      if (suggested !== undefined) assert(!("words" in parseAddress(suggested)), suggested);
    }),
    { seed: 16, numRuns: 20_000 },
  );
});
