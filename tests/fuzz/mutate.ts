import type { Random } from "./random.ts";

/** Lengths that often reveal faults. */
const LENGTHS = [0, 1, 2, 3, 4, 60, 0xff, 0x100, 1484, 1500, 1514, 0x3fff, 0x7fff, 0x8000, 0xffff];

/** Further input to a mutation. */
export interface Material {
  /** Inputs to splice with; not empty. */
  pool: readonly Uint8Array[];
  dictionary: readonly Uint8Array[];
  maxLength: number;
}

type Mutator = (input: Uint8Array, random: Random, material: Material) => Uint8Array;

function join(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function replaced(input: Uint8Array, at: number, until: number, by: Uint8Array): Uint8Array {
  return join(input.subarray(0, at), by, input.subarray(until));
}

const flipBit: Mutator = (input, random) => {
  const out = input.slice();
  if (out.length > 0) out[random.below(out.length)] ^= 1 << random.below(8);
  return out;
};

const setByte: Mutator = (input, random) => {
  const out = input.slice();
  if (out.length > 0) {
    out[random.below(out.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
  }
  return out;
};

const truncate: Mutator = (input, random) => input.slice(0, random.below(input.length + 1));

/**
 * Writes a wrong 16-bit number at a possible length field: close to the old one, or a special one.
 */
const lieAboutLength: Mutator = (input, random) => {
  if (input.length < 2) return input.slice();
  const out = input.slice();
  const view = new DataView(out.buffer);
  const at = random.below(out.length - 1);
  const near = view.getUint16(at) + random.below(9) - 4;
  view.setUint16(at, random.pick([near, random.pick(LENGTHS), out.length - at]) & 0xffff);
  return out;
};

/** Duplicates bytes that look like a tag: type, length, value. */
const duplicateTag: Mutator = (input, random) => {
  if (input.length < 24) return input.slice();
  const at = 20 + random.below(input.length - 23);
  const until = at + 4 + (input[at + 2] << 8 | input[at + 3]);
  return replaced(input, at, at, input.subarray(at, until));
};

const duplicateRun: Mutator = (input, random) => {
  const at = random.below(input.length + 1);
  const run = input.subarray(at, at + 1 + random.below(32));
  return replaced(input, at, at, run);
};

const removeRun: Mutator = (input, random) => {
  const at = random.below(input.length + 1);
  return replaced(input, at, at + 1 + random.below(16), new Uint8Array(0));
};

const insertRandom: Mutator = (input, random) => {
  const at = random.below(input.length + 1);
  return replaced(input, at, at, random.bytes(1 + random.below(8)));
};

const insertWord: Mutator = (input, random, { dictionary }) => {
  if (dictionary.length === 0) return input.slice();
  const at = random.below(input.length + 1);
  const word = random.pick(dictionary);
  return replaced(input, at, random.oneIn(2) ? at : at + word.length, word);
};

const splice: Mutator = (input, random, { pool }) => {
  const other = random.pick(pool);
  const [cut, from] = [random.below(input.length + 1), random.below(other.length + 1)];
  return join(input.subarray(0, cut), other.subarray(from));
};

const MUTATORS: readonly Mutator[] = [
  flipBit,
  setByte,
  truncate,
  lieAboutLength,
  duplicateTag,
  duplicateRun,
  removeRun,
  insertRandom,
  insertWord,
  splice,
];

/** Applies one to eight changes to an input, few more often than many. */
export function mutate(input: Uint8Array, random: Random, material: Material): Uint8Array {
  let out = input;
  for (let left = 1 << random.below(4); left > 0; left -= 1 + random.below(2)) {
    out = random.pick(MUTATORS)(out, random, material);
  }
  return out.slice(0, material.maxLength);
}
