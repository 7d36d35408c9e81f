import { UNPRINTABLE } from "../../src/printable.ts";
import type { Random } from "./random.ts";

/**
 * Something that takes hostile input. To add one, write a file in `targets/`, name it in
 * `targets.ts`, and put a few valid inputs into `corpus/<name>/`.
 */
export interface Target {
  /** As on the command line, and the folder of its corpus. */
  readonly name: string;
  /** Whether inputs are text; others are kept as hex digits. */
  readonly text: boolean;
  /** Longest input that mutation makes, in bytes. */
  readonly maxLength: number;
  /** Byte strings that mean something to the target. */
  readonly dictionary: readonly Uint8Array[];
  /** A well-formed input, or nearly one. */
  generate(random: Random): Uint8Array;
  /**
   * Takes one input. Returns words for what became of it, and throws where something does not hold
   * that has to hold for every input. What it does follows from the input alone.
   */
  run(input: Uint8Array): readonly string[] | Promise<readonly string[]>;
}

/** Thrown by targets: a property does not hold. */
export class Violated extends Error {
  override name = "Violated";
}

/** Throws unless it holds. */
export function must(holds: boolean, what: string | (() => string)): asserts holds {
  if (!holds) throw new Violated(typeof what === "string" ? what : what());
}

/** Whether two byte strings are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Throws where text has what a terminal or a log would act on. */
export function mustBePrintable(text: string): void {
  must(text.search(UNPRINTABLE) < 0, () => `${JSON.stringify(text)} has control characters`);
}

/** The bytes of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
