import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RoundRobin } from "../../src/tunnel/round_robin.ts";

const record = fc.record({
  flow: fc.integer({ min: 0, max: 4 }),
  size: fc.integer({ min: 4, max: 9_000 }),
  preferred: fc.boolean(),
});

Deno.test("every record is served once, preferred ones first, each flow in its order", () => {
  const order = new RoundRobin(100);
  fc.assert(fc.property(
    fc.array(record, { maxLength: 100 }),
    fc.integer({ min: 1, max: 50_000 }),
    (records, budget) => {
      order.clear();
      let at = 0;
      for (const [i, { flow, size, preferred }] of records.entries()) {
        order.add(i, at, size, preferred, flow);
        at += size;
      }
      const served: number[] = [];
      order.serve(budget, (i, _at, size) => {
        assertEquals(size, records[i].size);
        served.push(i);
      });
      assertEquals(served.toSorted((a, b) => a - b), records.map((_, i) => i));
      const preferred = records.filter((one) => one.preferred).length;
      assert(served.slice(0, preferred).every((i) => records[i].preferred));
      for (let flow = 0; flow < 5; flow++) {
        const own = served.filter((i) => records[i].flow === flow && !records[i].preferred);
        assertEquals(own, own.toSorted((a, b) => a - b));
      }
    },
  ));
});

Deno.test("flows with frames of different sizes get the same bytes, also over many short turns", () => {
  const order = new RoundRobin(1_000);
  const sizes = [64, 500, 1_500];
  const sent = [0, 0, 0];
  for (let turn = 0; turn < 300; turn++) {
    order.clear();
    let i = 0;
    for (const [flow, size] of sizes.entries()) {
      for (let n = 0; n < 4_000; n += size) order.add(i++, 0, size, false, flow);
    }
    const flows = sizes.flatMap((size, flow) => Array(Math.ceil(4_000 / size)).fill(flow));
    const served: number[] = [];
    let left = order.serve(2_000, (j) => served.push(j));
    for (const j of served) {
      const flow = flows[j];
      if (left > 0) sent[flow] += sizes[flow];
      left -= sizes[flow];
    }
  }
  const mean = sent.reduce((a, b) => a + b) / 3;
  for (const bytes of sent) assert(Math.abs(bytes - mean) < mean * 0.02, `${sent}`);
});
