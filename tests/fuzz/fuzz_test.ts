import { assert, assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import { readCorpus, readInput, writeInput } from "./corpus.ts";
import { attempt, fuzz } from "./engine.ts";
import { sameBytes, type Target, utf8, Violated } from "./target.ts";
import { TARGETS } from "./targets.ts";

const SEED = 1;
/** Inputs of the targets whose worlds are large, and of all others. */
const [FEW, MANY] = [150, 1_000];

for (const target of TARGETS) {
  const count = ["queue", "wire", "tunnel", "resume", "http"].includes(target.name) ? FEW : MANY;

  Deno.test(`fuzz ${target.name}: what has to hold, holds for the corpus and for ${count} inputs`, async () => {
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
    assert(outcomes.size > 3, "the inputs are broken so badly that nothing was tested");
  });
}

/** A target that fails as a parser does that trusts a length. */
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

Deno.test("a length that is believed is found, and the input is made as short as it can be", async () => {
  const report = await fuzz(faulty, [], { seed: 3, count: 1_000 });
  assertInstanceOf(report.failure?.error, Violated);
  assertEquals(report.failure.input.length, 1);
  assertLess(report.executions, 1_000);
});

Deno.test("an error that nobody catches is the input's, also when it comes later", async () => {
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

Deno.test("equal seeds make equal runs, others do not", async () => {
  const inputs = async (seed: number): Promise<string> => {
    const seen: string[] = [];
    const watched = { ...faulty, run: (input: Uint8Array) => [(seen.push(input.toHex()), "seen")] };
    await fuzz(watched, [utf8("seed")], { seed, count: 50 });
    return seen.join();
  };
  assertEquals(await inputs(5), await inputs(5));
  assert(await inputs(5) !== await inputs(6));
});

Deno.test("an input is read back from its file as it was written", async () => {
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
