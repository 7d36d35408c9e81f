import type { PackageRequest } from "../../packaging/linux/command_line.ts";
import { bundled, compiled } from "../compiled/build.ts";

/** A request for a package of the compiled program in this folder. */
export function requestOf(folder: string): PackageRequest {
  return {
    program: compiled,
    licences: `${bundled}/licences.txt`,
    version: "0.1.0",
    time: 1_780_000_000,
    folder,
    quick: true,
  };
}
