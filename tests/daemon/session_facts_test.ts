import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Config } from "../../src/config/types.ts";
import { handleIn, sessionPrefix, sessionPrefixes } from "../../src/daemon/session_facts.ts";

const CLIENT = { mode: "client", tunnel: { name: "branch-1" } };
const [ONE, TWO] = [["192.0.2.2"], ["192.0.2.2", "192.0.2.3"]].map((hosts) =>
  ({
    ...CLIENT,
    tunnel: { ...CLIENT.tunnel, connect: hosts.map((host) => ({ host, port: 8443 })) },
  }) as unknown as Config
);
const SERVER = { mode: "server" } as Config;

Deno.test("a session's name is its handle on a client with one server, otherwise also the address", () => {
  assertEquals(sessionPrefix(ONE, "192.0.2.2:8443"), "");
  assertEquals(sessionPrefix(TWO, "192.0.2.2:8443"), "192.0.2.2:8443.");
  assertEquals(sessionPrefix(SERVER, "branch 1"), "branch%201.");
});

Deno.test("every name of a session leads to its handle", () => {
  fc.assert(fc.property(
    fc.constantFrom(ONE, TWO, SERVER),
    fc.constantFrom("192.0.2.2:8443", "[2001:db8::2]:8443", "branch-1", "Zweig, 1"),
    fc.integer({ min: 1, max: 0xffff }),
    (config, peer, handle) => {
      const name = `${sessionPrefix(config, peer)}${handle}`;
      assertEquals(handleIn(name, sessionPrefixes(config, peer)), handle);
    },
  ));
});
