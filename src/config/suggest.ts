import { distance } from "fastest-levenshtein";

/** Maximum share of a word's characters that a typing error changes. */
const MAX_SHARE = 0.4;

/** Returns the candidate closest to a misspelt word, or undefined if none is close. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const changes = changesBetween(word.toLowerCase(), candidate.toLowerCase());
    const allowed = Math.max(1, Math.floor(Math.max(word.length, candidate.length) * MAX_SHARE));
    if (changes > allowed || changes >= least) continue;
    [best, least] = [candidate, changes];
  }
  return best;
}

/** Levenshtein distance, except that two swapped neighbours count as one change. */
function changesBetween(one: string, other: string): number {
  const at = [...one].findIndex((letter, index) => letter !== other[index]);
  const swapped = one.slice(0, at) + (one[at + 1] ?? "") + one[at] + one.slice(at + 2);
  return at >= 0 && swapped === other ? 1 : distance(one, other);
}

/** Returns `; did you mean "…"?` for the end of a message, or "". */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? "" : `; did you mean "${candidate}"?`;
}
