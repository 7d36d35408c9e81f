import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { NONE, PREFERRED, RoundRobin } from "../../../src/tunnel/record/round_robin.ts";

const record = fc.record({
  flow: fc.integer({ min: 0, max: 4 }),
  size: fc.integer({ min: 4, max: 9_000 }),
  preferred: fc.boolean(),
});

Deno.test("every record is served once, preferred ones first, each flow in its order", () => {
  fc.assert(fc.property(
    fc.array(record, { maxLength: 100 }),
    fc.array(fc.boolean(), { minLength: 100, maxLength: 100 }),
    fc.option(fc.nat(100)),
    (records, isSent, renumberAfter) => {
      const sizes = Uint16Array.from({ length: 100 }, (_, i) => records[i]?.size ?? 0);
      const order = new RoundRobin(sizes);
      const push = (i: number) => order.push(records[i].preferred ? PREFERRED : records[i].flow, i);
      for (const i of records.keys()) push(i);
      const served: number[] = [];
      for (let slot = order.front(); slot !== NONE; slot = order.front()) {
        order.pop(isSent[served.push(slot) - 1]);
        if (served.length !== renumberAfter) continue;
        order.renumber();
        for (const i of records.keys()) if (!served.includes(i)) push(i);
      }
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

Deno.test("flows with records of different sizes get the same bytes while other flows come and go", () => {
  const flows = [{ flow: 7, size: 64 }, { flow: 500, size: 500 }, { flow: 65_535, size: 1_500 }];
  const sizes = new Uint16Array(400);
  const order = new RoundRobin(sizes);
  const slots = flows.map(({ size }, i) =>
    Array.from({ length: 100 }, (_, j) => {
      sizes[i * 100 + j] = size;
      return i * 100 + j;
    })
  );
  for (const [i, { flow }] of flows.entries()) for (const slot of slots[i]) order.push(flow, slot);
  sizes[300] = 900;
  const sent = [0, 0, 0];
  for (let step = 0; step < 30_000; step++) {
    if (step % 50 === 0) order.push(9, 300);
    const slot = order.front();
    order.pop(true);
    if (slot === 300) continue;
    const i = Math.floor(slot / 100);
    sent[i] += sizes[slot];
    order.push(flows[i].flow, slot); // it always has records to send
  }
  const mean = sent.reduce((a, b) => a + b) / 3;
  for (const bytes of sent) assert(Math.abs(bytes - mean) < mean * 0.02, `${sent}`);
});
