import { assertEquals } from "@std/assert";
import { NameLookup } from "../../../src/tunnel/transport/name_lookup.ts";

const OVER = new Deno.errors.TimedOut("No TLS connection within 2000 ms");

/** What an attempt to connect to a host that failed for this reason is said to have failed for. */
const explained = (host: string, found: Promise<never[]>, reason: unknown = OVER) => {
  const lookup = new NameLookup({ host, port: 1 }, () => found);
  return found.catch(() => {}).then(() => 0).then(() => String(lookup.explain(reason)));
};

Deno.test("an attempt whose time is over before its name is resolved says so", () => {
  const never = new NameLookup({ host: "proxy.example", port: 1 }, () => new Promise(() => {}));
  assertEquals(
    String(never.explain(OVER)),
    "TimedOut: Name not resolved: No TLS connection within 2000 ms",
  );
  const stopped = new Deno.errors.Interrupted("Stopped");
  assertEquals(never.explain(stopped), stopped);
});

Deno.test("a name that is resolved, one that is unknown, and an address are not to blame", async () => {
  assertEquals(await explained("proxy.example", Promise.resolve([])), String(OVER));
  assertEquals(
    await explained("proxy.example", Promise.reject(new Error("unknown"))),
    String(OVER),
  );
  for (const host of ["192.0.2.1", "2001:db8::1"]) {
    const unasked = new NameLookup({ host, port: 1 }, () => {
      throw new Error("asked");
    });
    assertEquals(unasked.explain(OVER), OVER);
  }
});
