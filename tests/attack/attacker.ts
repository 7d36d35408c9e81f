/** Runs one attack, in a process of its own: `deno run -A tests/attack/attacker.ts NAME TARGET`. */
import { ATTACKS, type Target } from "./attacks.ts";

if (import.meta.main) {
  const [name, target] = Deno.args;
  const attack = ATTACKS.find((one) => one.name === name);
  if (attack === undefined) throw new RangeError(`There is no attack "${name}"`);
  await attack.run(JSON.parse(target) as Target);
  Deno.exit(0);
}
