import { assert, assertEquals } from "@std/assert";
import { BASELINE_ROUNDS, ROUNDS } from "../../bench/page/rounds.ts";
import { pairsAbove, rankSumProbability, shiftOf } from "../../bench/page/rank_sum.ts";
import { ERROR_RATE, judge, type Word } from "../../bench/page/verdict.ts";
import { Random } from "../fuzz/random.ts";

const round = (value: number): number => Number(value.toFixed(9));

Deno.test("the rank sum test agrees with published values", () => {
  // Two-sided probabilities of U = 0 are 2 / C(m + n, m).
  assertEquals(round(rankSumProbability([1, 2, 3], [4, 5, 6])), round(2 / 20));
  assertEquals(round(rankSumProbability([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])), round(2 / 252));
  // Mann and Whitney's table for m = n = 4: P(U <= 2) = 0.057.
  const [one, other] = [[1, 2, 3, 6], [4, 5, 7, 8]];
  assertEquals(pairsAbove(one, other), 2);
  assertEquals(round(rankSumProbability(one, other)), round(2 * 4 / 70));
});

Deno.test("equal samples and empty ones differ by chance alone", () => {
  assertEquals(rankSumProbability([1, 2, 3], [1, 2, 3]), 1);
  assertEquals(rankSumProbability([], [1]), 1);
});

Deno.test("the shift is not moved by one wild value", () => {
  assertEquals(shiftOf([11, 12, 13, 14, 900], [1, 2, 3]), 11);
});

const RUNS = 4_000;

/** Share of simulated runs with each verdict, after a change and with noise, both as shares. */
function shares(change: number, noise: number, better: "more" | "less"): Record<Word, number> {
  const random = new Random(20_261_126);
  const uniform = () => (random.below(1 << 30) + 0.5) / (1 << 30);
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const samples = (count: number, mean: number) =>
    Array.from({ length: count }, () => mean * (1 + noise * normal()));
  const found: Record<Word, number> = { slower: 0, faster: 0, "cannot tell": 0 };
  for (let run = 0; run < RUNS; run++) {
    const [now, baseline] = [samples(ROUNDS, 1 + change), samples(BASELINE_ROUNDS, 1)];
    found[judge(now, baseline, better).word] += 1 / RUNS;
  }
  return found;
}

Deno.test("a loss of 10 % with 5 % noise is found at the number of rounds used", () => {
  const { slower, faster } = shares(-0.1, 0.05, "more");
  assert(slower > 0.9, `${slower}`);
  assert(faster < 0.0005, `${faster}`);
});

Deno.test("a gain of 10 % of which less is better is slower too", () => {
  const { slower, faster } = shares(0.1, 0.05, "less");
  assert(slower > 0.85 && faster < 0.0005, `${slower} ${faster}`);
});

Deno.test("without a change the verdict is wrong no more often than it says, whatever the noise", () => {
  for (const noise of [0.02, 0.05, 0.2]) {
    const { slower, faster } = shares(0, noise, "more");
    assert(slower + faster < 1.3 * ERROR_RATE, `${noise}: ${slower} ${faster}`);
  }
});

Deno.test("a change of 1 % is never reported, however certain", () => {
  const { slower, faster } = shares(-0.01, 0.001, "more");
  assertEquals([slower, faster], [0, 0]);
});

Deno.test("noise of 20 % hides a loss of 10 %, and the verdict admits it", () => {
  assert(shares(-0.1, 0.2, "more")["cannot tell"] > 0.8);
});
