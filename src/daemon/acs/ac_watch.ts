/** What is wrong with the access concentrators, as conditions that need attention. */
import { CODE_PADI, CODE_PADO, CODE_PADR, TAG_AC_NAME } from "../../pppoe/constants.ts";
import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import { formatMac, type Mac } from "../../pppoe/mac.ts";
import type { Tag } from "../../pppoe/tags.ts";
import { printable } from "../../printable.ts";
import { showSpan } from "../../span.ts";
import type { LateAnswer } from "../../proxy/discovery/late_answer.ts";
import type { DiscoveryStory } from "../../proxy/session/discovery_story.ts";
import type { EndDetail, Session, SessionEnd } from "../../proxy/session/session.ts";
import { nameIn } from "../../proxy/session/session_names.ts";
import type { SessionTable } from "../../proxy/session/session_table.ts";
import type { Condition } from "../condition.ts";
import { endedBy, errorWords } from "../session_end_facts.ts";
import { AcEnds, type EndTrouble, SHORT } from "./ac_ends.ts";
import { AcQuiet, type Quiet } from "./ac_quiet.ts";
import { AcRequests, type AnswerTrouble } from "./ac_requests.ts";
import { type Ignored, IgnoredOffers } from "./ignored_offers.ts";

type Mode = "server" | "client";

type AcCondition = Omit<Condition, "since">;

/** Watches discovery and the sessions' ends for ACs that need attention. */
export class AcWatch {
  #mode: Mode;
  #requests: AcRequests;
  #ignored: IgnoredOffers;
  #ends: AcEnds;
  /** Looks for ACs that are silent in their sessions. */
  readonly quiet = new AcQuiet();
  /** Whether PADIs wait here for their turn, so that the time until an offer is not the AC's. */
  isPaced = false;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(mode: Mode, now: () => number) {
    this.#mode = mode;
    this.#requests = new AcRequests(now);
    this.#ignored = new IgnoredOffers(now);
    this.#ends = new AcEnds(now);
  }

  /** Returns a story that tells this watch, too, of each packet. */
  watching(story: DiscoveryStory): DiscoveryStory {
    return {
      ...story,
      packet: (peer, customer, packet, tags): void => {
        story.packet(peer, customer, packet, tags);
        const client = peer?.name ?? "";
        this.#noteOffers(`${customer} ${client}`, packet, tags);
        const { code, source, destination } = packet;
        if (code === CODE_PADI) this.#requests.asked(client, customer);
        else if (code === CODE_PADR) this.#requests.requested(client, customer, destination);
        else if (code === CODE_PADO) {
          this.#requests.offered(client, customer, source, nameIn(tags, TAG_AC_NAME));
        } else this.#requests.confirmed(client, customer, source);
      },
    };
  }

  #noteOffers(
    customer: string,
    { code, source }: Pick<DiscoveryPacket, "code" | "source">,
    tags: readonly Tag[],
  ): void {
    if (code === CODE_PADI) this.#ignored.asked(customer);
    else if (code === CODE_PADR) this.#ignored.requested(customer);
    else if (code === CODE_PADO) {
      this.#ignored.offered(customer, source, nameIn(tags, TAG_AC_NAME));
    }
  }

  /** Records an answer that nobody waited for any more. */
  late({ concentrator, acName, code, delay }: LateAnswer): void {
    const request = code === CODE_PADO ? "PADI" : "PADR";
    this.#requests.tooLate(concentrator, acName, request, delay);
  }

  /** Records that a session has opened (no end) or ended. `time` is the clock of `openedAt`. */
  session(
    session: Session,
    end: SessionEnd | undefined,
    table: SessionTable,
    detail: EndDetail,
    time: number,
  ): void {
    const { peer, customer, concentrator: ac, names, openedAt } = session;
    if (end === undefined) {
      this.#ends.opened(ac);
      return this.#requests.confirmed(peer.name, customer, ac);
    }
    if (endedBy(end, detail) !== "ac") return;
    const words = errorWords(detail.tags);
    const ended = { ac, name: names.ac, lasted: time - openedAt, words };
    this.#ends.ended(ended, () => {
      let remaining = 0;
      for (const other of table) if (other !== session && other.concentrator === ac) remaining++;
      return remaining;
    });
  }

  /** What needs attention; `isServing` is whether sessions are open, so that ACs work for others. */
  conditions(isServing: boolean): AcCondition[] {
    const isLate = ({ kind }: AnswerTrouble): boolean => kind === "late";
    const answers = this.#requests.troubles()
      .filter((trouble) => !isLate(trouble) || this.#mode === "server" && !this.isPaced);
    return [
      ...this.quiet.current().map(quietCondition),
      ...answers.map((trouble) => answerCondition(this.#mode, trouble, isServing)),
      ...this.#ignored.current().map((ignored) => ignoredCondition(this.#mode, ignored)),
      ...this.#ends.troubles().map(endCondition),
    ];
  }
}

function called({ ac, name }: { ac: Mac; name: string }): string {
  return printable(name) || formatMac(ac);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function quietCondition(quiet: Quiet): AcCondition {
  const { ac, sessions, waiting, idle } = quiet;
  const all = sessions === 1 ? "its session" : `all ${sessions} sessions`;
  return {
    code: "ac-silent",
    subject: `sessions of ${formatMac(ac)}`,
    words:
      `AC ${called(quiet)} has sent nothing for ${showSpan(idle / 1_000)} in ${all}, and does ` +
      `not answer the LCP echoes of ${counted(waiting, "customer")}`,
    remedy:
      "Check the AC and the way to it. If it has restarted, customers dial again when their " +
      "echoes time out; `kick` makes them dial at once.",
  };
}

const MUTE_REMEDY: Readonly<Record<Mode, string>> = {
  server: "See the AC's log: it may be at a limit, of one MAC address or in all, or short of " +
    "addresses.",
  client: "See `status` of the server, and the AC's log: it may be at a limit.",
};

const TOO_LATE_REMEDY =
  "Find out why the AC is slow: its load, its RADIUS server, a delay set for " +
  "its offers. `[discovery] timeout` is how long its answers are waited for.";

function answerCondition(mode: Mode, trouble: AnswerTrouble, isServing: boolean): AcCondition {
  const mac = formatMac(trouble.ac);
  const who = `AC ${called(trouble)}`;
  switch (trouble.kind) {
    case "mute":
      return {
        code: "ac-silent",
        subject: `requests to ${mac}`,
        words: `${who} makes offers and does not confirm them: ` +
          `${counted(trouble.padrs, "PADR")} of ${counted(trouble.customers, "customer")} ` +
          "have had no PADS",
        remedy: MUTE_REMEDY[mode],
        severity: isServing && trouble.customers === 1 ? "warning" : undefined,
      };
    case "late":
      return {
        code: "ac-slow",
        subject: mac,
        words: `${who} answered a ${trouble.request} after ${showSpan(trouble.delay / 1_000)}: ` +
          (trouble.isOver ? "nobody waited any more" : "customers ask again, or give up"),
        ...(trouble.isOver && { remedy: TOO_LATE_REMEDY }),
        ...(trouble.isUseless && { severity: "critical" }),
      };
    case "same-name":
      return {
        code: "ac-name-shared",
        subject: mac,
        words: `AC-Name "${called(trouble)}" is used by ${mac} and ` +
          trouble.others.map(formatMac).join(" and "),
      };
  }
}

const IGNORED_REMEDY: Readonly<Record<Mode, string>> = {
  server:
    "See `status` of the client, and its customers. Nothing, if a program only looks for ACs.",
  client:
    "Check the way to the customers (cable, VLAN, port security of a switch), and which AC or " +
    "service they accept. Nothing, if a program only looks for ACs.",
};

function ignoredCondition(mode: Mode, ignored: Ignored): AcCondition {
  const who = ignored.customers === 1 ? "A customer" : `${ignored.customers} customers`;
  const [have, ask] = ignored.customers === 1 ? ["has", "asks"] : ["have", "ask"];
  return {
    code: "offers-ignored",
    subject: formatMac(ignored.ac),
    words: `${who} ${have} had offers of AC ${called(ignored)} and ${ask} again, up to ` +
      `${ignored.padis} times: the offers do not arrive, or do not suit`,
    remedy: IGNORED_REMEDY[mode],
  };
}

function endCondition(trouble: EndTrouble): AcCondition {
  const { ac, count } = trouble;
  const who = `AC ${called(trouble)}`;
  if (trouble.kind === "short") {
    const words = trouble.words === undefined ? "" : `, in its words: ${trouble.words}`;
    return {
      code: "ac-ends-sessions",
      subject: `short sessions of ${formatMac(ac)}`,
      words: `${who} has ended ${counted(count, "session")} within ${SHORT / 1_000} s of ` +
        `opening${words}`,
      remedy: "See the AC's log: the login or PPP's negotiation fails, or it has no address left.",
    };
  }
  return {
    code: "ac-ends-sessions",
    subject: `sessions of ${formatMac(ac)}`,
    words: `${who} has ended ${count} of its ${counted(trouble.before, "session")} within ` +
      showSpan(Math.max(1, Math.ceil(trouble.time / 1_000))),
    remedy: "Nothing, if it was restarted: customers dial again by themselves. Otherwise see its " +
      "log.",
  };
}
