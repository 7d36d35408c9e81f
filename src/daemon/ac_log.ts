/** Logs ACs that refuse, that do not answer, and that answer again. */
import { LineLimit, suppressedFact } from "../line_limit.ts";
import { logger } from "../log.ts";
import { codeName } from "../pppoe/constants.ts";
import type { LoginRefusal } from "../pppoe/authentication.ts";
import { formatMac } from "../pppoe/mac.ts";
import { printable } from "../printable.ts";
import type { AcRefusal } from "../proxy/discovery/ac_refusal.ts";
import type { ProxyOptions } from "../proxy/session/proxy_options.ts";
import type { Session } from "../proxy/session/session.ts";
import type { Monitor } from "./monitor.ts";
import { tenths } from "./outages.ts";
import { errorWords, loginWords } from "./session_end_facts.ts";
import { acFacts, peerFact } from "./session_facts.ts";

const log = logger("discovery");

/** Lines about one customer in a burst, and about all; beyond it, one a second. */
const CUSTOMER_BURST = 4;
const BURST = 32;

type Mode = "server" | "client";

/** Logs what ACs do, on the side where it is seen; on a client, what its server refuses too. */
export function loggedAcs(
  mode: Mode,
  now: () => number,
  monitor: Monitor,
): Required<Pick<ProxyOptions, "refused" | "loginRefused" | "silent">> {
  return { ...loggedRefusals(mode, now, monitor), silent: loggedSilence(mode, monitor) };
}

function loggedRefusals(
  mode: Mode,
  now: () => number,
  monitor: Monitor,
): Required<Pick<ProxyOptions, "refused" | "loginRefused">> {
  const customers = new LineLimit(now, CUSTOMER_BURST);
  const all = new LineLimit(now, BURST);
  const report = (customer: string, isServers: boolean, facts: Record<string, string>): void =>
    customers.log(customer, (ofCustomer) =>
      all.log("", (ofAll) => {
        const told = { ...facts, ...suppressedFact(ofCustomer + ofAll) };
        log.info(isServers ? "server refused" : "AC refused", told);
        monitor.emit(isServers ? "server-refused" : "ac-refused", told);
      }));
  return {
    refused(refusal): void {
      noteRefusal(mode, refusal, monitor);
      const isServers = mode === "client" && refusal.isProxys;
      const words = errorWords(refusal.tags) ?? "";
      const facts = answerFacts(mode, refusal, codeName(refusal.code), words);
      report(customerKey(refusal), isServers, facts);
    },
    loginRefused(session, refusal): void {
      noteLogin(session, refusal, monitor);
      const answered = { ...session, acName: session.names.ac };
      const facts = answerFacts(mode, answered, refusal.protocol, loginWords(refusal));
      report(customerKey(session), false, facts);
    },
  };
}

function customerKey({ customer, peer }: Pick<AcRefusal, "customer" | "peer">): string {
  return `${customer} ${peer.name}`;
}

/** Notes a refused login for the status: one for each AC. */
function noteLogin(
  { concentrator, customer, names }: Session,
  refusal: LoginRefusal,
  { recent }: Monitor,
): void {
  const mac = formatMac(concentrator);
  recent.refusals.note(`${mac} login`, {
    ac: printable(names.ac) || mac,
    customer: formatMac(customer),
    words: loginWords(refusal),
    isServers: false,
    isLogin: true,
  });
}

/** Notes a refusal for the status: one for each AC, and on a client one for its server. */
function noteRefusal(mode: Mode, refusal: AcRefusal, { recent }: Monitor): void {
  const mac = formatMac(refusal.concentrator);
  const isServers = mode === "client" && refusal.isProxys;
  recent.refusals.note(isServers ? refusal.peer.name : mac, {
    ac: printable(refusal.acName) || mac,
    customer: formatMac(refusal.customer),
    words: errorWords(refusal.tags) ?? "",
    isServers,
  });
}

/** Whose answer it is, to whom. */
type Answered = Pick<AcRefusal, "peer" | "customer" | "concentrator" | "acName">;

function answerFacts(
  mode: Mode,
  { peer, customer, concentrator, acName }: Answered,
  answer: string,
  words: string,
): Record<string, string> {
  return {
    ...peerFact(mode, peer.name),
    "customer_mac": formatMac(customer),
    ...acFacts(concentrator, acName),
    answer,
    words,
  };
}

/** What to look at, as each side sees only its own part of the way. */
const ADVICE: Readonly<Record<Mode, string>> = {
  server: "check the AC, the VLAN and the cable to it",
  client: "no offer came through the tunnel: see the server's log",
};

function loggedSilence(mode: Mode, monitor: Monitor): NonNullable<ProxyOptions["silent"]> {
  return ({ padis, customers, time, service, isOver }) => {
    const facts: Record<string, string | number> = {
      ...{ padis, customers, "for_s": tenths(time) },
      ...(service !== "" && { "service_name": printable(service) }),
    };
    if (isOver) log.info("AC answers again", facts);
    else log.warning("AC does not answer", { ...facts, detail: ADVICE[mode] });
    monitor.emit(isOver ? "ac-answers" : "ac-silent", facts);
  };
}
