import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  binOf,
  BINS,
  boundOf,
  histogramOf,
  quantileOf,
  sumOf,
} from "../../bench/latency_histogram.ts";

Deno.test("each latency is in the bin whose bounds enclose it", () => {
  fc.assert(fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), (latency) => {
    const bin = binOf(latency);
    const isLast = bin === BINS - 1;
    assert(boundOf(bin) <= latency * (1 + 1e-12) && (isLast || latency < boundOf(bin + 1)));
  }));
});

Deno.test("latencies that are not above zero, and very long ones, are in the outer bins", () => {
  assertEquals([-5, 0, NaN, 1e9, Infinity].map(binOf), [0, 0, 0, BINS - 1, BINS - 1]);
});

Deno.test("quantiles of a histogram are those of its latencies, within a bin", () => {
  const latencies = fc.array(fc.double({ min: 1, max: 1e5, noNaN: true }), { minLength: 1 });
  fc.assert(fc.property(latencies, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
    const sorted = all.toSorted((a, b) => a - b);
    const [below, above] = [Math.ceil(share * all.length) - 1, Math.floor(share * all.length)];
    const found = quantileOf(histogramOf(all), share);
    assert(found >= sorted[below] / 1.1, `${found}`);
    assert(found <= sorted[Math.min(above, all.length - 1)] * 1.1, `${found}`);
  }));
});

Deno.test("histograms add up", () => {
  const [one, other] = [histogramOf([10, 20]), histogramOf([20, 3_000])];
  assertEquals(sumOf([one, other]), histogramOf([10, 20, 20, 3_000]));
  assertEquals(quantileOf(sumOf([]), 0.5), NaN);
});
