/** What failed lately, as conditions that need attention. Pure. */
import { showSpan } from "../span.ts";
import type { Condition } from "./condition.ts";
import { MORE_FILES, NO_FILES } from "./connect_cause.ts";
import type { Failure } from "./failures.ts";
import type { Crash, LoginFailure, Recent, Refusal, ShortMtu, TunnelLoss } from "./recent.ts";

/** The failures of `Recent.logins` that no configured client is to blame for. */
export const UNKNOWN_NAME = "";
export const UNPINNED = "certificate";

/** The sessions open; what is wrong is what customers log in with. */
const LOGIN_REMEDY =
  "Compare user name and password on the customer with those of the line; the AC's log says more.";

type Mode = "server" | "client";

/** Returns the conditions of recent failures; `interfaceName` is of this daemon's link. */
export function failureConditions(
  mode: Mode,
  interfaceName: string,
  { crashes, logins, losses, refusals, accepts, shortMtus }: Pick<
    Recent,
    "crashes" | "logins" | "losses" | "refusals" | "accepts" | "shortMtus"
  >,
): Condition[] {
  return [
    ...crashes.current().map(crashCondition),
    ...losses.current().flatMap((loss) => lossCondition(mode, loss)),
    ...logins.current().map(loginCondition),
    ...refusals.current().map((refusal) => refusalCondition(mode, refusal)),
    ...accepts.current().map(acceptCondition),
    ...shortMtus.current().map((mtu) => mtuCondition(interfaceName, mtu)),
  ];
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function loginCondition({ subject, facts, count, first }: Failure<LoginFailure>): Condition {
  const { address, cause } = facts;
  const who = subject === UNKNOWN_NAME || subject === UNPINNED ? "" : ` as "${subject}"`;
  return {
    code: "logins-refused",
    subject: subject === UNKNOWN_NAME ? "unknown name" : subject,
    since: first,
    words: `Login${who} from ${address} failed ${times(count)}: ${cause}`,
    remedy: subject === UNPINNED
      ? "Pin this server's certificate on the client: copy the file, and compare the SHA-256."
      : subject === UNKNOWN_NAME
      ? "Compare `name` on the client with `[[clients]]` here; nothing, if it is a stranger."
      : "Compare the secret files on both sides; nothing, if the address is a stranger's.",
  };
}

function crashCondition({ facts, first }: Failure<Crash>): Condition {
  return { code: "crashed", subject: "daemon", since: first, ...facts };
}

/** A tunnel that is lost this often is unstable. */
const MANY_LOSSES = 3;

/** Each tunnel in between has carried at least the small packets of its login. */
const FULL_PACKETS_REMEDY = "Small packets pass, as the tunnel comes back. Test full ones with " +
  "`ping -M do -s 1200` from both sides, and look for outages of the path and of the peer's machine.";

function lossCondition(
  mode: Mode,
  { subject, facts: { cause, reason }, count, first, last }: Failure<TunnelLoss>,
): Condition[] {
  if (count < MANY_LOSSES) return [];
  const whose = mode === "client" ? "to" : "of";
  const time = showSpan((last - first) / 1_000);
  return [{
    code: "tunnel-unstable",
    subject,
    since: first,
    words: `The tunnel ${whose} "${subject}" was lost ${
      times(count)
    } within ${time}, last: ${cause}`,
    remedy: reason === "keepalive-timeout" ? FULL_PACKETS_REMEDY : undefined,
  }];
}

function refusalCondition(
  mode: Mode,
  { subject, facts, count, first, isPartial }: Failure<Refusal>,
): Condition {
  const { ac, customer, words, isServers, isLogin } = facts;
  const whom = `${customer}, and ${times(count)} in all`;
  if (isServers && mode === "client") {
    return {
      code: "server-refuses",
      subject,
      since: first,
      words: `The server refuses customers, last ${whom}: ${words}`,
    };
  }
  const says = `AC ${ac} refuses customers, last ${whom}: ${words}`;
  const refused = { code: "ac-refuses", subject: ac, since: first, words: says } as const;
  if (isLogin) {
    return { ...refused, subject: `logins at ${ac}`, severity: "warning", remedy: LOGIN_REMEDY };
  }
  const severity = isPartial ? "warning" : undefined;
  return { ...refused, severity };
}

function acceptCondition({ facts: cause, count, first }: Failure<string>): Condition {
  return {
    code: "accept-failed",
    subject: cause,
    since: first,
    words: `A connection could not be accepted, ${times(count)}: ${cause}`,
    remedy: cause === NO_FILES ? MORE_FILES : undefined,
  };
}

function mtuCondition(subject: string, { facts, first }: Failure<ShortMtu>): Condition {
  const { asked, allowed } = facts;
  return {
    code: "mtu-short",
    subject,
    since: first,
    words: `A host asked for packets of ${asked} bytes (PPP-Max-Payload), and "${subject}" ` +
      `carries ${allowed}, which it was granted`,
  };
}
