import { Refusal } from "../finding.ts";

/** Returns the id of a local group (group(5)). Throws an Error if it does not exist. */
export function groupNumber(name: string): number {
  const line = Deno.readTextFileSync("/etc/group").split("\n")
    .find((it) => it.startsWith(`${name}:`));
  const number = line?.split(":")[2];
  if (number !== undefined && /^\d{1,10}$/.test(number)) return Number(number);
  throw new Refusal(
    "group-missing",
    `Cannot use the group "${name}": no such group`,
    `add it with \`groupadd ${name}\``,
  );
}
