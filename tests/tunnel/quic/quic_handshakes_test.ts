import { assert, assertEquals } from "@std/assert";
import { MAX_HANDSHAKES, QuicHandshakes } from "../../../src/tunnel/quic/quic_handshakes.ts";

function handshakes(): { table: QuicHandshakes; pass: (ms: number) => void; gone: string[] } {
  let time = 0;
  const knows = (host: string): boolean => host.startsWith("known");
  const table = new QuicHandshakes({ knows, now: () => time, random: () => 0.5 });
  return { table, pass: (ms) => void (time += ms), gone: [] };
}

Deno.test("S7: handshakes are limited, every new one is admitted, and slow ones are evicted first", () => {
  const { table, pass, gone } = handshakes();
  const enter = (name: string): () => void => table.enter(name, () => void gone.push(name));
  for (let index = 0; index < MAX_HANDSHAKES; index++) enter(`stranger ${index}`);
  enter("another");
  assertEquals([table.size, gone], [MAX_HANDSHAKES, ["stranger 64"]]);
  pass(500);
  enter("one more");
  assertEquals(gone.at(-1), "stranger 0");
  const done = enter("known");
  assertEquals([table.size, gone.length], [MAX_HANDSHAKES + 1, 2]); // known addresses have a separate limit
  done();
  done();
  assertEquals(table.size, MAX_HANDSHAKES);
  pass(2_600);
  table.sweep();
  assertEquals([table.size, gone.length], [1, MAX_HANDSHAKES + 1]);
  table.clear();
  assertEquals(table.size, 0);
});

Deno.test("S7: the rate of new handshakes is limited", () => {
  const { table, pass } = handshakes();
  let begun = 0;
  for (let tick = 0; tick < 1_000; tick++) {
    for (let index = 0; index < 10; index++) if (table.begin()) begun++;
    pass(1);
  }
  assert(begun >= 500 && begun <= 628, `${begun}`);
});
