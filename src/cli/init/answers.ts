/** Reads answers and options. Each throws UsageError that says what is wrong. */
import { parseAddress } from "../../config/addresses.ts";
import { sentence } from "../../config/finding.ts";
import { didYouMean } from "../../config/suggest.ts";
import type { Address } from "../../config/types.ts";
import { oneOf, UsageError } from "../arguments.ts";
import { isFileStem } from "./file_stem.ts";

/** An address with a port. */
export function readAddress(answer: string): Address {
  const address = parseAddress(answer);
  if (!("words" in address)) return address;
  throw new UsageError(`Cannot use "${answer}" as an address: ${sentence(address)}`);
}

/** An interface, which may be missing if this machine shows none at all. */
export function readInterface(answer: string, names: readonly string[]): string {
  if (names.length === 0 || names.includes(answer)) return answer;
  const hint = didYouMean(answer, names) || `; there are ${names.join(", ")}`;
  throw new UsageError(`No Ethernet interface "${answer}"${hint}`);
}

/** How frames are addressed on a wire. */
export function readMac(answer: string): "own" | "transparent" {
  return oneOf(answer, "own|transparent", "MAC addresses") as "own" | "transparent";
}

/** The name of a client and of its files. */
export function readStem(answer: string): string {
  if (isFileStem(answer)) return answer;
  throw new UsageError(
    `Cannot use "${answer}" as a name: it is also that of files, so use up to 64 letters, digits, ".", "_" and "-"`,
  );
}
