import { assertEquals } from "@std/assert";
import { TransportChoice } from "../../src/daemon/transport_choice.ts";

const MINUTE = 60_000;

Deno.test("one configured transport is the only one, and is never left", () => {
  for (const transport of ["tls", "quic"] as const) {
    const choice = new TransportChoice(transport);
    choice.connected(0);
    choice.fellSilent(transport, 1);
    assertEquals(choice.order(2), [transport]);
    assertEquals(choice.returnAfter(transport, 10 * MINUTE, 2), undefined);
  }
});

Deno.test("auto prefers QUIC, and returns to it after intervals that double up to the limit", () => {
  const choice = new TransportChoice("auto");
  assertEquals(choice.order(0), ["quic", "tls"]);
  choice.connected(0);
  assertEquals(choice.returnAfter("quic", 10 * MINUTE, 0), undefined);
  const waits = Array.from({ length: 7 }, () => choice.returnAfter("tls", 10 * MINUTE, 0));
  assertEquals(waits.map((wait) => Number(wait) / MINUTE), [0.5, 1, 2, 4, 8, 10, 10]);
  choice.connected(1);
  assertEquals(choice.returnAfter("tls", 10 * MINUTE, 1), MINUTE / 2);
  assertEquals(choice.returnAfter("tls", 1_000, 1), 1_000);
  assertEquals(choice.returnAfter("tls", 0, 1), undefined);
});

Deno.test("a path on which QUIC tunnels soon fall silent gets TLS, for longer each time", () => {
  const choice = new TransportChoice("auto");
  let now = 0;
  for (const minutes of [1, 2, 4]) {
    choice.connected(now);
    now += 5_000;
    choice.fellSilent("quic", now);
    assertEquals(choice.order(now + minutes * MINUTE - 1), ["tls", "quic"]);
    assertEquals(choice.returnAfter("tls", 1_000, now), minutes * MINUTE);
    now += minutes * MINUTE;
    assertEquals(choice.order(now), ["quic", "tls"]);
  }
  // A tunnel that lasted was of use: its end says nothing about the path.
  choice.connected(now);
  choice.fellSilent("quic", now + 2 * MINUTE);
  assertEquals(choice.order(now + 2 * MINUTE), ["quic", "tls"]);
});
