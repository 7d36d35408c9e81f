/** Maximum number of clients that a warning names. */
const NAMED = 3;

/**
 * Returns what to say about each group of clients that share a secret, by file or by content: each
 * of them can log in as the others. `secrets` is keyed by client name; no text contains a secret.
 */
export function sharedSecretFaults(
  secrets: ReadonlyMap<string, readonly Uint8Array[]>,
): { words: string; remedy: string }[] {
  const owners = new Map<string, Set<string>>();
  for (const [name, all] of secrets) {
    for (const secret of all) {
      const key = secret.toHex();
      owners.set(key, (owners.get(key) ?? new Set()).add(name));
    }
  }
  const groups = [...owners.values()].filter(({ size }) => size > 1).map(listed);
  return [...new Set(groups)].map((clients) => ({
    words:
      `Clients ${clients} have the same secret, so each can log in as the other and end its sessions`,
    remedy: "give each its own with `pppoe-proxy keygen secret FILE`",
  }));
}

function listed(names: ReadonlySet<string>): string {
  const quoted = [...names].map((name) => JSON.stringify(name));
  if (quoted.length <= NAMED) return `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
  return `${quoted.slice(0, NAMED).join(", ")} and ${quoted.length - NAMED} more`;
}
