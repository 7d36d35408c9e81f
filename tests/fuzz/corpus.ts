/** Inputs that are kept: valid ones to begin with, and those that once showed a fault. */
import type { Target } from "./target.ts";

/** One of them. */
export interface Entry {
  /** The file's name, which says what it is. */
  name: string;
  input: Uint8Array;
}

/** All inputs of a target's corpus, by name. */
export function readCorpus(target: Target): Entry[] {
  const folder = new URL(`corpus/${target.name}/`, import.meta.url).pathname;
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  return names.map((name) => ({ name, input: readInput(target, `${folder}${name}`) }));
}

/** An input from a file. */
export function readInput(target: Target, path: string): Uint8Array {
  return target.text ? Deno.readFileSync(path) : fromHex(Deno.readTextFileSync(path));
}

/** Writes an input as `readInput` reads it. */
export function writeInput(target: Target, path: string, input: Uint8Array): void {
  if (target.text) Deno.writeFileSync(path, input);
  else Deno.writeTextFileSync(path, toHex(input));
}

/** Hex digits; blanks, and what stands behind a `#`, mean nothing. */
function fromHex(text: string): Uint8Array {
  return Uint8Array.fromHex(text.replace(/#.*/g, "").replace(/\s/g, ""));
}

function toHex(input: Uint8Array): string {
  return input.toHex().replace(/.{1,64}/g, "$&\n");
}
