/** The corpus: valid inputs to start from, and inputs that once revealed a fault. */
import type { Target } from "./target.ts";

/** One input of a corpus. */
export interface Entry {
  /** The file's name, which describes the input. */
  name: string;
  input: Uint8Array;
}

/** Reads all inputs of a target's corpus, sorted by name. */
export function readCorpus(target: Target): Entry[] {
  const folder = new URL(`corpus/${target.name}/`, import.meta.url).pathname;
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  return names.map((name) => ({ name, input: readInput(target, `${folder}${name}`) }));
}

/** Reads an input from a file. */
export function readInput(target: Target, path: string): Uint8Array {
  return target.text ? Deno.readFileSync(path) : fromHex(Deno.readTextFileSync(path));
}

/** Writes an input in the format of `readInput`. */
export function writeInput(target: Target, path: string, input: Uint8Array): void {
  if (target.text) Deno.writeFileSync(path, input);
  else Deno.writeTextFileSync(path, toHex(input));
}

/** Decodes hex digits; white space and text after a `#` are ignored. */
function fromHex(text: string): Uint8Array {
  return Uint8Array.fromHex(text.replace(/#.*/g, "").replace(/\s/g, ""));
}

function toHex(input: Uint8Array): string {
  return input.toHex().replace(/.{1,64}/g, "$&\n");
}
