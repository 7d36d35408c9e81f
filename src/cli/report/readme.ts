/** What a report says of itself. */

/** A part, and why it is missing. */
interface Described {
  readonly part: { readonly name: string; readonly about: string };
  readonly fault?: string;
}

/** Returns README.txt of a report. */
export function readme(parts: readonly Described[], isAnonymous: boolean): string {
  const width = Math.max(...parts.map(({ part }) => part.name.length));
  const line = ({ part }: Described): string => `  ${part.name.padEnd(width)}  ${part.about}`;
  const missing = parts.filter(({ fault }) => fault !== undefined);
  return [
    "A report of pppoe-proxy for whoever helps you. Inside:",
    ...parts.filter(({ fault }) => fault === undefined).map(line),
    ...(missing.length === 0 ? [] : ["", "Missing:"]),
    ...missing.map(({ part, fault }) => `  ${part.name.padEnd(width)}  ${fault}`),
    "",
    "Secrets, tokens and private keys are left out. Names of clients, IP addresses and paths are",
    isAnonymous
      ? "inside; of MAC addresses only the maker's half, with a number for the rest."
      : "inside, and MAC addresses as well; --anonymous shortens these.",
    "Look through it before you send it.",
    "",
  ].join("\n");
}
