import { assert, assertEquals } from "@std/assert";
import { insideLab, Lab } from "../lab.ts";
import { startTestAc } from "../peers/test_ac.ts";
import { startTestClient } from "../peers/test_client.ts";
import { startProxyPair } from "../proxy_pair.ts";
import { CAPACITY, DelayLine, type PathOptions } from "./delay_line.ts";
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

/** Sends frames of these lengths at once and returns the times at which they arrive. */
function arrivals(options: PathOptions, lengths: readonly number[]): number[] {
  const line = new DelayLine({ ...options, seed: 3 });
  for (const length of lengths) line.push(new Uint8Array(length), 0, length, 0);
  const times: number[] = [];
  for (let now = 0; now < 1_000 && line.size > 0; now++) line.drain(now, () => times.push(now));
  return times;
}

Deno.test("the relay's line sends at its rate, and drops what its queue does not hold", () => {
  // 1,000 bytes take 8 ms; the queue holds 20 ms: the first, and those that wait up to 20 ms.
  const options = { delay: 5, loss: 0, rate: 1e6, queue: 20 };
  assertEquals(arrivals(options, Array(9).fill(1_000)), [13, 21, 29]);
});

Deno.test("the relay's line drops long packets silently, and new conditions apply at once", () => {
  const line = new DelayLine({ delay: 0, loss: 0, largest: 1_280, seed: 1 });
  for (const packet of [1_280, 1_281]) line.push(new Uint8Array(14 + packet), 0, 14 + packet, 0);
  assertEquals([line.size, line.tooLong], [1, 1]);
  line.change({ largest: 1_500, delay: 40 });
  line.push(new Uint8Array(1_514), 0, 1_514, 0);
  assertEquals([numbers(line, 39).length, numbers(line, 40).length], [1, 1]);
});

Deno.test("the relay's line loses bursts of the mean length, and its share in total", () => {
  const line = new DelayLine({ delay: 0, loss: 0.02, burst: 8, seed: 5 });
  let [bursts, last] = [0, -2];
  for (let index = 0; index < 50_000; index++) {
    const before = line.lost;
    line.push(new Uint8Array(1), 0, 1, 0);
    line.drain(0, () => {});
    if (line.lost === before) continue;
    if (index > last + 1) bursts++;
    last = index;
  }
  assert(line.lost > 700 && line.lost < 1_300, `${line.lost} of 50,000`);
  assert(line.lost / bursts > 6 && line.lost / bursts < 10, `${line.lost} in ${bursts} bursts`);
});

Deno.test("jitter keeps the order, reordering does not, and neither loses a frame", () => {
  const order = (options: Partial<PathOptions>): number[] => {
    const line = new DelayLine({ delay: 10, loss: 0, ...options, seed: 9 });
    const seen: number[] = [];
    for (let now = 0; now < 300; now++) {
      if (now < 200) line.push(Uint8Array.of(now), 0, 1, now);
      line.drain(now, (frame) => void seen.push(frame[0]));
    }
    return seen;
  };
  const sent = Array.from({ length: 200 }, (_, n) => n);
  assertEquals(order({ jitter: 20 }), sent);
  const mixed = order({ reorder: 0.1 });
  assert(mixed.some((value, index) => value < (mixed[index - 1] ?? 0)));
  assertEquals(mixed.toSorted((a, b) => a - b), sent);
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
