import { distance } from "fastest-levenshtein";

/** A typing error changes at most this share of a word. */
const MAX_SHARE = 0.4;

/** The candidate that was probably meant, or undefined when none is near. */
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

/** As Levenshtein counts, but two neighbours that have changed places are one change. */
function changesBetween(one: string, other: string): number {
  const at = [...one].findIndex((letter, index) => letter !== other[index]);
  const swapped = one.slice(0, at) + (one[at + 1] ?? "") + one[at] + one.slice(at + 2);
  return at >= 0 && swapped === other ? 1 : distance(one, other);
}

/** `; did you mean "…"?` as the end of a message, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? "" : `; did you mean "${candidate}"?`;
}
