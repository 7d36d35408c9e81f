/** The AC of a field, run as a separate process: `deno run -A tests/attack/ac.ts INTERFACE`. */
import { printLine } from "./lines.ts";
import { startTestAc } from "../lab/peers/test_ac.ts";

if (import.meta.main) {
  startTestAc({ interface: Deno.args[0], name: "lab-ac", echo: false });
  printLine("serving");
}
