/**
 * Runs one attack as a separate process:
 *
 *     deno run -A tests/attack/attacker.ts NAME TARGETS
 *
 * It prints "armed". For each line with a target's name, it attacks that target and prints "over".
 */
import { ATTACKS, type Target } from "./attacks.ts";
import { printLine, readLines } from "./lines.ts";

if (import.meta.main) {
  const [name, targets] = Deno.args;
  const attack = ATTACKS.find((one) => one.name === name);
  if (attack === undefined) throw new RangeError(`Unknown attack "${name}"`);
  const byName: Record<string, Target> = JSON.parse(targets);
  printLine("armed");
  for await (const line of readLines(Deno.stdin.readable)) {
    await attack.run(byName[line]);
    printLine("over");
  }
  Deno.exit(0);
}
