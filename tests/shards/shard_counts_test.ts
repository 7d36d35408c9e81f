import { assertEquals } from "@std/assert";
import { ShardCounts } from "../../src/daemon/shard_counts.ts";

Deno.test("each shard sees the numbers of all others, and its own never", () => {
  const memory = ShardCounts.allocate(3);
  const [one, two, three] = [0, 1, 2].map((index) => new ShardCounts(memory, index));
  one.setSessions(5);
  one.setClients(1);
  two.setSessions(7);
  three.setSessions(11);
  three.setClients(2);
  const seen = [one, two, three].map(({ otherSessions, otherClients }) => [
    otherSessions,
    otherClients,
  ]);
  assertEquals(seen, [[18, 2], [16, 3], [12, 1]]);
  two.setSessions(0);
  assertEquals([one.otherSessions, three.otherSessions], [11, 5]);
});
