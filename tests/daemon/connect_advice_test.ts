import { assertEquals, assertMatch } from "@std/assert";
import { connectAdvice } from "../../src/daemon/connect_cause.ts";

Deno.test("what to do about a failed connection follows from what the system said", () => {
  const said: [string, RegExp][] = [
    ["connection-lost: getaddrinfo EAI_AGAIN proxy.example", /name servers/],
    [
      "connection-lost: failed to lookup address information: Name or service not known",
      /^Correct the name/,
    ],
    [
      "connection-lost: tls: Name not resolved: No TLS connection within 2000 ms; " +
      "quic: Name not resolved: No QUIC connection within 2000 ms",
      /name servers/,
    ],
    ["connection-lost: No QUIC connection within 2000 ms", /^Let UDP pass/],
    [
      "protocol-violation: the server does not speak TLS; is it a pppoe-proxy?",
      /^Compare the port/,
    ],
    [
      "connection-lost: the server closed the connection before TLS began; is it a pppoe-proxy?",
      /^Compare the port/,
    ],
    ["unsupported-version: the server is not a pppoe-proxy, or has another version", /older side/],
    ["connection-lost: Too many open files (os error 24)", /LimitNOFILE/],
    ["connection-lost: No TLS answer within 2000 ms", /`doctor`/],
    [
      "connection-lost: tls: No TLS answer within 2000 ms; quic: No QUIC connection within 2000 ms",
      /`doctor`/,
    ],
    ["not-authenticated: the server does not have the key of a pinned certificate", /SHA-256/],
  ];
  for (const [reason, advice] of said) {
    // A pattern that remembers its last place would find only every other one.
    for (let i = 0; i < 2; i++) assertMatch(connectAdvice(reason) ?? "", advice);
  }
});

Deno.test("other reasons, and UDP if TLS fails too, have no advice of their own", () => {
  const reasons = [
    "restart",
    "not-authenticated",
    "connection-lost: Connection refused (os error 111)",
    "connection-lost: No TLS connection within 2000 ms; No QUIC connection within 2000 ms",
  ];
  assertEquals(reasons.map(connectAdvice), reasons.map(() => undefined));
});
