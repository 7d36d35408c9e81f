import { assert, assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import { readCorpus, readInput, writeInput } from "./corpus.ts";
import { attempt, fuzz } from "./engine.ts";
import { sameBytes, type Target, utf8, Violated } from "./target.ts";
import { TARGETS } from "./targets.ts";

const SEED = 1;
/** Number of inputs for targets with large worlds, and for all others. */
const [FEW, MANY] = [150, 1_000];

for (const target of TARGETS) {
  const count = ["queue", "wire", "tunnel", "resume", "http"].includes(target.name) ? FEW : MANY;

  Deno.test(`fuzz ${target.name}: all properties hold for the corpus and for ${count} inputs`, async () => {
    const corpus = readCorpus(target);
    for (const { name, input } of corpus) {
      const result = await attempt(target, input);
      if ("error" in result) {
        throw new Error(`corpus/${target.name}/${name}`, { cause: result.error });
      }
    }
    const inputs = corpus.map(({ input }) => input);
    const { failure, executions, outcomes } = await fuzz(target, inputs, { seed: SEED, count });
    if (failure !== undefined) {
      const input = target.text ? new TextDecoder().decode(failure.input) : failure.input.toHex();
      throw new Error(`Input ${JSON.stringify(input)}`, { cause: failure.error });
    }
    assertEquals(executions, count);
    assert(outcomes.size > 3, "the inputs are too broken to test anything");
  });
}

/** A target with the fault of a parser that trusts a length. */
const faulty: Target = {
  name: "faulty",
  text: false,
  maxLength: 64,
  dictionary: [],
  generate: (random) => Uint8Array.of(2, 0, 0, ...random.bytes(8)),
  run([length = 0, ...rest]) {
    if (length > rest.length) throw new Violated("read beyond the end");
    return ["read"];
  },
};

Deno.test("fuzzing finds a trusted length and shortens the input to the minimum", async () => {
  const report = await fuzz(faulty, [], { seed: 3, count: 1_000 });
  assertInstanceOf(report.failure?.error, Violated);
  assertEquals(report.failure.input.length, 1);
  assertLess(report.executions, 1_000);
});

Deno.test("an uncaught error counts as the input's failure, even if thrown later", async () => {
  const late = {
    ...faulty,
    run: () => {
      queueMicrotask(() => {
        throw new TypeError("late");
      });
      return new Promise<string[]>((resolve) => setTimeout(() => resolve([]), 1));
    },
  };
  const result = await attempt(late, new Uint8Array(0));
  assert("error" in result);
  assertInstanceOf(result.error, TypeError);
});

Deno.test("equal seeds give equal runs, different seeds different ones", async () => {
  const inputs = async (seed: number): Promise<string> => {
    const seen: string[] = [];
    const watched = { ...faulty, run: (input: Uint8Array) => [(seen.push(input.toHex()), "seen")] };
    await fuzz(watched, [utf8("seed")], { seed, count: 50 });
    return seen.join();
  };
  assertEquals(await inputs(5), await inputs(5));
  assert(await inputs(5) !== await inputs(6));
});

Deno.test("an input is read back from its file unchanged", async () => {
  const path = await Deno.makeTempFile();
  try {
    const input = Uint8Array.from({ length: 200 }, (_, i) => i);
    for (const text of [false, true]) {
      writeInput({ ...faulty, text }, path, input);
      assert(sameBytes(readInput({ ...faulty, text }, path), input));
    }
  } finally {
    await Deno.remove(path);
  }
});
