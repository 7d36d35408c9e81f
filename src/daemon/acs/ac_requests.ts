import type { Mac } from "../../pppoe/mac.ts";
import { setLatest } from "../../set_latest.ts";

/** Maximum number of ACs and of customers remembered; evicts the longest silent. */
const MAX_ACS = 16;
const MAX_CUSTOMERS = 1_024;
/** Maximum number of PADIs of a customer that are told apart, and of ACs that offer. */
const MAX_ASKED = 8;
/** Maximum length of a name, in characters. */
const MAX_NAME = 64;
/** A customer that is quiet for this long starts again, in milliseconds. */
const QUIET = 60_000;
/** PADRs without an answer, and the time since the first, that make an AC mute; ms. */
const MIN_PADRS = 2;
const MIN_TIME = 4_000;
/**
 * Time after which an answer is late, in milliseconds: pppd and rp-pppoe ask again after 5 seconds.
 */
const LATE = 3_000;
/**
 * An answer this soon after a repeated request is that request's, as the one before was lost; a later
 * one answers the one before. Milliseconds.
 */
const SOON = 1_000;
/** How long a late answer or a request counts, in milliseconds. */
const LATELY = 600_000;
/** Number of late answers, none longer than that after the one before, that make an AC slow. */
const MIN_LATE = 2;
/** How long customers are taken to be without service after an answer that came too late, in ms. */
const CUT_OFF = 120_000;

/** PADRs that an AC has not answered with any PADS. */
interface Unanswered {
  padrs: number;
  readonly customers: Set<Mac>;
  readonly since: number;
  latest: number;
}

/** Answers of an AC that took long. */
interface Late {
  readonly request: "PADI" | "PADR";
  readonly delay: number;
  readonly at: number;
  readonly isOver: boolean;
  readonly count: number;
  /** Number of answers in a row that nobody waited for any more. */
  readonly wasted: number;
}

/** An AC that makes offers. Times are milliseconds of the clock. */
interface Ac {
  name: string;
  /** Its first and its last offer. */
  readonly first: number;
  last: number;
  unanswered: Unanswered | undefined;
  late: Late | undefined;
}

/** What a customer asks for, until a PADS. */
interface Dialling {
  /** Times of its PADIs. */
  readonly asked: number[];
  /** Number of offers of each AC since the first of them. */
  readonly offers: Map<Mac, number>;
  /** The AC that made the last one. */
  from: Mac | undefined;
  /** Times of its last PADR, the one before to the same AC, and that AC. */
  requested: { readonly before: number; readonly at: number; readonly of: Mac } | undefined;
}

/** What is wrong with an AC's answers. */
export type AnswerTrouble =
  & { readonly ac: Mac; readonly name: string }
  & (
    | { readonly kind: "mute"; readonly padrs: number; readonly customers: number }
    | {
      readonly kind: "late";
      readonly request: "PADI" | "PADR";
      readonly delay: number;
      /** Whether nobody waited for the answer any more. */
      readonly isOver: boolean;
      /** Whether that is so for all its answers, and was a moment ago. */
      readonly isUseless: boolean;
    }
    | { readonly kind: "same-name"; readonly others: readonly Mac[] }
  );

/**
 * Notices ACs that make offers and do not confirm them, that answer late, or that share a name, from
 * the discovery packets of all customers. Pure.
 */
export class AcRequests {
  #now: () => number;
  #acs = new Map<Mac, Ac>();
  #dialling = new Map<string, Dialling>();

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records a PADI. A customer is known by its client and its address. */
  asked(client: string, customer: Mac): void {
    const key = `${customer} ${client}`;
    const now = this.#now();
    const known = this.#dialling.get(key);
    const isOld = known === undefined || known.asked.length >= MAX_ASKED ||
      now - (known.asked.at(-1) ?? 0) > QUIET;
    const dialling: Dialling = isOld
      ? { asked: [], offers: new Map(), from: undefined, requested: undefined }
      : known;
    dialling.asked.push(now);
    setLatest(this.#dialling, key, dialling, MAX_CUSTOMERS);
  }

  /** Records an offer. */
  offered(client: string, customer: Mac, mac: Mac, name: string): void {
    const now = this.#now();
    const ac = this.#heard(mac, name);
    const dialling = this.#dialling.get(`${customer} ${client}`);
    if (dialling === undefined) return;
    dialling.from = mac;
    const count = (dialling.offers.get(mac) ?? 0) + 1;
    setLatest(dialling.offers, mac, count, MAX_ASKED);
    const { asked } = dialling;
    // As many offers as PADIs say which one each answers; otherwise one may have been lost.
    if (count === asked.length) this.#measured(ac, "PADI", now - asked[count - 1]);
    else if (count === 1) {
      this.#measured(ac, "PADI", sinceOf(now, asked.at(-2) ?? now, asked.at(-1) ?? now));
    }
  }

  /** Records a PADR; `destination` need not be the AC's address on a client. */
  requested(client: string, customer: Mac, destination: Mac): void {
    const dialling = this.#dialling.get(`${customer} ${client}`);
    if (dialling === undefined) return;
    const mac = dialling.offers.has(destination) ? destination : dialling.from;
    const ac = mac === undefined ? undefined : this.#acs.get(mac);
    if (mac === undefined || ac === undefined) return;
    const now = this.#now();
    const { requested } = dialling;
    const before = requested?.of === mac ? requested.at : now;
    dialling.requested = { before, at: now, of: mac };
    ac.unanswered ??= { padrs: 0, customers: new Set(), since: now, latest: now };
    ac.unanswered.padrs++;
    ac.unanswered.latest = now;
    if (ac.unanswered.customers.size < MAX_CUSTOMERS) ac.unanswered.customers.add(customer);
  }

  /** Records a PADS, of whatever content. */
  confirmed(client: string, customer: Mac, mac: Mac): void {
    const key = `${customer} ${client}`;
    const ac = this.#acs.get(mac);
    const { requested } = this.#dialling.get(key) ?? {};
    this.#dialling.delete(key);
    if (ac === undefined) return;
    ac.unanswered = undefined;
    if (requested?.of !== mac) return;
    this.#measured(ac, "PADR", sinceOf(this.#now(), requested.before, requested.at));
  }

  /** Records an answer that nobody waited for any more, and the time since the last request. */
  tooLate(mac: Mac, name: string, request: "PADI" | "PADR", delay: number): void {
    this.#measured(this.#heard(mac, name), request, delay, true);
  }

  /** What is wrong now. */
  troubles(): AnswerTrouble[] {
    const now = this.#now();
    return [...this.#acs].flatMap(([mac, ac]): AnswerTrouble[] => {
      const { name, unanswered, late } = ac;
      const found: AnswerTrouble[] = [];
      if (unanswered !== undefined && isMute(unanswered, now)) {
        const { padrs, customers } = unanswered;
        found.push({ ac: mac, name, kind: "mute", padrs, customers: customers.size });
      }
      if (late !== undefined && late.count >= MIN_LATE && now - late.at < LATELY) {
        const { request, delay, at, isOver, wasted } = late;
        const isUseless = wasted >= MIN_LATE && now - at < CUT_OFF;
        found.push({ ac: mac, name, kind: "late", request, delay, isOver, isUseless });
      }
      const others = this.#namesakes(mac, ac, now);
      if (others.length > 0) found.push({ ac: mac, name, kind: "same-name", others });
      return found;
    });
  }

  #heard(mac: Mac, name: string): Ac {
    const now = this.#now();
    const ac = this.#acs.get(mac) ??
      { name: "", first: now, last: now, unanswered: undefined, late: undefined };
    if (name !== "") ac.name = name.slice(0, MAX_NAME);
    ac.last = now;
    setLatest(this.#acs, mac, ac, MAX_ACS);
    return ac;
  }

  #measured(ac: Ac, request: "PADI" | "PADR", delay: number, isOver = false): void {
    const at = this.#now();
    const known = ac.late !== undefined && at - ac.late.at < LATELY ? ac.late : undefined;
    // An offer in time helps no customer whose PADS comes too late.
    const isHelp = !isOver && (request === "PADR" || known?.request === "PADI");
    const wasted = isHelp ? 0 : (known?.wasted ?? 0) + (isOver ? 1 : 0);
    if (delay >= LATE) {
      ac.late = { request, delay, at, isOver, count: (known?.count ?? 0) + 1, wasted };
    } else if (!isOver && known !== undefined) ac.late = { ...known, wasted };
  }

  /** Later ACs of the same name that made offers while this one did. */
  #namesakes(mac: Mac, { name, first, last }: Ac, now: number): Mac[] {
    if (name === "" || now - last > LATELY) return [];
    return [...this.#acs].filter(([other, ac]) =>
      ac.name === name && other > mac && now - ac.last <= LATELY &&
      ac.first < last && first < ac.last
    ).map(([other]) => other);
  }
}

/** How long an answer took that arrives now, to the last request or to the one before. */
function sinceOf(now: number, before: number, last: number): number {
  return now - last < SOON ? now - last : now - before;
}

function isMute({ padrs, since, latest }: Unanswered, now: number): boolean {
  return padrs >= MIN_PADRS && now - since >= MIN_TIME && now - latest < LATELY;
}
