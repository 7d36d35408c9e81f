import { assertEquals } from "@std/assert";
import { AddressWatch } from "../../src/daemon/address_watch.ts";

const at = (host: string) => ({ host, port: 7 });

/** The moves that are reported when each look sees one of these addresses. */
function movesOf(seen: readonly string[]): string[] {
  const watch = new AddressWatch();
  const source = { remote: at("a") };
  const moves: string[] = [];
  const end = watch.follow(source, ({ host }) => void moves.push(host));
  for (const host of seen) {
    source.remote = at(host);
    watch.look();
  }
  end();
  return moves;
}

Deno.test("Q6: an address that stays is the new one, and is reported once", () => {
  assertEquals(movesOf([..."aaaabbbbbbbb"]), ["b"]);
  assertEquals(movesOf([..."bbbbccccaaaa"]), ["b", "c", "a"]);
  assertEquals(movesOf([..."aaaaaaaa"]), []);
});

Deno.test("Q6: an address that does not last, as a forged one, is not reported", () => {
  assertEquals(movesOf([..."aabbbaaabcbcbbb"]), []);
});

Deno.test("without connections no timer runs", () => {
  // Deno's test runner fails on a timer that is left.
  const watch = new AddressWatch();
  const ends = ["a", "b"].map((host) => watch.follow({ remote: at(host) }, () => {}));
  for (const end of ends) end();
});
