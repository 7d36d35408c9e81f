import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import type { Target } from "./target.ts";

/** Maximum number of inputs kept for mutation because they had a new outcome. */
const MAX_POOL = 2_000;
/** Maximum number of attempts to shorten a failing input. */
const MAX_SHRINKS = 400;

/** An input that violates a property. */
export interface Failure {
  input: Uint8Array;
  error: unknown;
}

/** The result of a run. */
export interface Report {
  executions: number;
  milliseconds: number;
  /** Number of inputs by outcome. */
  outcomes: ReadonlyMap<string, number>;
  failure: Failure | undefined;
}

/** Runs a target on `count` inputs, or until one fails, which is then shortened. */
export async function fuzz(
  target: Target,
  corpus: readonly Uint8Array[],
  { seed, count }: { seed: number; count: number },
): Promise<Report> {
  const random = new Random(seed);
  const pool = corpus.length > 0 ? [...corpus] : [target.generate(random)];
  const outcomes = new Map<string, number>();
  const known = new Set<string>();
  const began = performance.now();
  const report = (executions: number, failure: Failure | undefined): Report => ({
    executions,
    milliseconds: performance.now() - began,
    outcomes,
    failure,
  });
  const { dictionary, maxLength } = target;
  for (let turn = 1; turn <= count; turn++) {
    const input = random.oneIn(4)
      ? target.generate(random)
      : mutate(random.pick(pool), random, { pool, dictionary, maxLength });
    const result = await attempt(target, input);
    if ("error" in result) return report(turn, await shrink(target, input, result.error));
    for (const word of new Set(result.words)) outcomes.set(word, (outcomes.get(word) ?? 0) + 1);
    const pattern = [...new Set(result.words)].sort().join();
    if (known.has(pattern)) continue;
    known.add(pattern);
    if (pool.length < MAX_POOL) pool.push(input);
  }
  return report(count, undefined);
}

/** Runs a target on one input; uncaught errors count as its failures. */
export async function attempt(
  target: Target,
  input: Uint8Array,
): Promise<{ words: readonly string[] } | { error: unknown }> {
  const uncaught: unknown[] = [];
  const onError = (event: ErrorEvent): void => {
    event.preventDefault();
    uncaught.push(event.error);
  };
  const onRejection = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    uncaught.push(event.reason);
  };
  addEventListener("error", onError);
  addEventListener("unhandledrejection", onRejection);
  try {
    const words = target.run(input.slice());
    const settled = words instanceof Promise ? await words : words;
    return uncaught.length > 0 ? { error: uncaught[0] } : { words: settled };
  } catch (error) {
    return { error: uncaught[0] ?? error };
  } finally {
    removeEventListener("error", onError);
    removeEventListener("unhandledrejection", onRejection);
  }
}

/** Removes parts that the failure does not need. */
async function shrink(target: Target, input: Uint8Array, error: unknown): Promise<Failure> {
  let least: Failure = { input, error };
  let tries = 0;
  for (let size = input.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < least.input.length && tries < MAX_SHRINKS;) {
      tries++;
      const kept = least.input;
      const shorter = Uint8Array.from([...kept.subarray(0, at), ...kept.subarray(at + size)]);
      const result = await attempt(target, shorter);
      if ("error" in result) least = { input: shorter, error: result.error };
      else at += size;
    }
  }
  return least;
}
