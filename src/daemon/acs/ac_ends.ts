import type { Mac } from "../../pppoe/mac.ts";
import { setLatest } from "../../set_latest.ts";

/** Maximum number of ACs remembered; evicts the longest quiet. */
const MAX_ACS = 16;
/** Duration in which a session is too short to have been of use, in milliseconds. */
export const SHORT = 30_000;
/** Number of short sessions that are a problem; one is enough if the AC says why. */
const MIN_SHORT = 3;
/** Maximum number of short sessions counted. */
const MAX_SHORT = 1_000;
/** Ends that are no further apart belong together, in milliseconds. */
const APART = 5_000;
/** Number of ends together that may be a restart, if they are at least half of the AC's sessions. */
const MIN_TOGETHER = 3;
/** How long an end counts, in milliseconds. */
const LATELY = 600_000;

/** A session that its AC ended. */
export interface AcEnd {
  readonly ac: Mac;
  readonly name: string;
  /** Time that it was open, in milliseconds. */
  readonly lasted: number;
  /** The AC's own words. */
  readonly words: string | undefined;
}

/** Ends of an AC's sessions that belong together. */
interface Together {
  count: number;
  /** Number of sessions with this AC before, and those opened since. */
  before: number;
  readonly first: number;
  last: number;
}

interface Ac {
  name: string;
  /** Short sessions since none has been for a while. */
  short: { count: number; last: number; words: string | undefined } | undefined;
  together: Together | undefined;
  /** The last that were many. */
  many: Together | undefined;
}

/** Sessions that an AC ended. */
export type EndTrouble =
  & { readonly ac: Mac; readonly name: string; readonly count: number }
  & (
    | { readonly kind: "short"; readonly words: string | undefined }
    /** `time` is from the first to the last, in milliseconds. */
    | { readonly kind: "many"; readonly before: number; readonly time: number }
  );

/** Notices ACs that end sessions as soon as they open, or many at once. Pure. */
export class AcEnds {
  #now: () => number;
  #acs = new Map<Mac, Ac>();

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records a session that its AC ended; `remaining` counts those that it still has. */
  ended({ ac: mac, name, lasted, words }: AcEnd, remaining: () => number): void {
    const now = this.#now();
    const ac = this.#acs.get(mac) ??
      { name, short: undefined, together: undefined, many: undefined };
    if (name !== "") ac.name = name;
    if (lasted < SHORT) noteShort(ac, words, now);
    noteTogether(ac, remaining, now);
    setLatest(this.#acs, mac, ac, MAX_ACS);
  }

  /** Records that a session with this AC has opened. */
  opened(mac: Mac): void {
    const together = this.#acs.get(mac)?.together;
    if (together !== undefined && this.#now() - together.last <= APART) together.before++;
  }

  /** What is wrong now. */
  troubles(): EndTrouble[] {
    const now = this.#now();
    return [...this.#acs].flatMap(([mac, { name, short, many }]): EndTrouble[] => {
      const found: EndTrouble[] = [];
      if (short !== undefined && now - short.last < LATELY) {
        const { count, words } = short;
        const isNotable = count >= MIN_SHORT || words !== undefined;
        if (isNotable) found.push({ ac: mac, name, kind: "short", count, words });
      }
      if (many !== undefined && now - many.last < LATELY) {
        const { count, before, first, last } = many;
        found.push({ ac: mac, name, kind: "many", count, before, time: last - first });
      }
      return found;
    });
  }
}

function noteShort(ac: Ac, words: string | undefined, now: number): void {
  const isLater = ac.short !== undefined && now - ac.short.last < LATELY;
  const { count, words: before } = isLater && ac.short !== undefined
    ? ac.short
    : { count: 0, words: undefined };
  ac.short = { count: Math.min(count + 1, MAX_SHORT), last: now, words: words ?? before };
}

function noteTogether(ac: Ac, remaining: () => number, now: number): void {
  if (ac.together === undefined || now - ac.together.last > APART) {
    ac.together = { count: 0, before: remaining() + 1, first: now, last: now };
  }
  ac.together.count++;
  ac.together.last = now;
  const { count, before } = ac.together;
  if (count >= MIN_TOGETHER && 2 * count >= before) ac.many = ac.together;
}
