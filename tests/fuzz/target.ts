import { UNPRINTABLE } from "../../src/printable.ts";
import type { Random } from "./random.ts";

/**
 * Code that receives hostile input. To add a target, write a file in `targets/`, list it in
 * `targets.ts`, and put a few valid inputs into `corpus/<name>/`.
 */
export interface Target {
  /** Name on the command line, and of its corpus folder. */
  readonly name: string;
  /** Whether inputs are text; others are stored as hex digits. */
  readonly text: boolean;
  /** Maximum length of a mutated input, in bytes. */
  readonly maxLength: number;
  /** Byte strings with a meaning to the target. */
  readonly dictionary: readonly Uint8Array[];
  /** Generates an input that is well-formed, or nearly so. */
  generate(random: Random): Uint8Array;
  /**
   * Processes one input. Returns words for the outcome, and throws if a property that must hold for
   * every input does not. Its behaviour depends on the input alone.
   */
  run(input: Uint8Array): readonly string[] | Promise<readonly string[]>;
}

/** Thrown by targets if a property does not hold. */
export class Violated extends Error {
  override name = "Violated";
}

/** Throws {@linkcode Violated} unless a property holds. */
export function must(holds: boolean, what: string | (() => string)): asserts holds {
  if (!holds) throw new Violated(typeof what === "string" ? what : what());
}

/** Whether two byte strings are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Throws if text contains characters that a terminal or a log would interpret. */
export function mustBePrintable(text: string): void {
  must(text.search(UNPRINTABLE) < 0, () => `${JSON.stringify(text)} has control characters`);
}

/** Encodes text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
