import { assert, assertEquals } from "@std/assert";
import { insideLab, Lab } from "../lab.ts";
import { startTestAc } from "../peers/test_ac.ts";
import { startTestClient } from "../peers/test_client.ts";
import { startProxyPair } from "../proxy_pair.ts";
import { CAPACITY, DelayLine } from "./delay_line.ts";
import { layLongPath } from "./long_path.ts";

const ignore = !insideLab();

function numbers(line: DelayLine, now: number): number[] {
  const out: number[] = [];
  line.drain(now, (frame) => void out.push(frame[0]));
  return out;
}

Deno.test("the relay's line returns frames in order, when they are due", () => {
  const line = new DelayLine({ delay: 20, loss: 0, seed: 1 });
  [0, 5, 5, 30].forEach((now, index) => line.push(Uint8Array.of(9, index), 1, 1, now));
  assertEquals([19, 20, 25, 49, 50].map((now) => numbers(line, now)), [[], [0], [1, 2], [], [3]]);
  assertEquals(line.size, 0);
});

Deno.test("the relay's line loses its share, the same frames for the same seed, and is bounded", () => {
  const lose = (seed: number): string => {
    const line = new DelayLine({ delay: 0, loss: 0.02, seed });
    let lost = "";
    for (let index = 0; index < 10_000; index++) {
      const before = line.lost;
      line.push(new Uint8Array(1), 0, 1, 0);
      if (line.lost > before) lost += `${index} `;
    }
    assert(line.lost > 120 && line.lost < 280, `${line.lost} of 10,000`);
    return lost;
  };
  assertEquals(lose(1), lose(1));
  assert(lose(1) !== lose(2));
  const line = new DelayLine({ delay: 0, loss: 0, seed: 1 });
  for (let index = 0; index < CAPACITY + 5; index++) line.push(new Uint8Array(1), 0, 1, 0);
  assertEquals([line.size, line.overflow], [CAPACITY, 5]);
});

for (const transport of ["tls", "quic"] as const) {
  Deno.test({
    name: `across a relay with 20 ms each way and 2 % loss, a customer dials over ${transport}`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await lab.cables();
      const path = await layLongPath(lab, { delay: 20, loss: 0.02, seed: 7 });
      lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
      await startProxyPair(lab, { transport, path });
      const session = await lab.use(startTestClient("cust0")).dial({});
      const before = performance.now();
      // Datagrams may be lost on the way: at least one of ten comes back.
      await Promise.any(
        Array.from({ length: 10 }, (_, n) => session.echo(new Uint8Array(100 + n))),
      );
      assert(performance.now() - before >= 40, "the path is 40 ms there and back");
      session.terminate();
      await path.relay.stop();
      const [, there] = path.relay.output.entries;
      assert(JSON.parse(there).receivedFrames > 10);
    },
  });
}
