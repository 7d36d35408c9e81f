/** The number of a group of this machine (group(5)). Throws an Error where there is none of that name. */
export function groupNumber(name: string): number {
  const line = Deno.readTextFileSync("/etc/group").split("\n")
    .find((it) => it.startsWith(`${name}:`));
  const number = line?.split(":")[2];
  if (number !== undefined && /^\d{1,10}$/.test(number)) return Number(number);
  throw new Error(`There is no group "${name}" on this machine; make it with \`groupadd\``);
}
