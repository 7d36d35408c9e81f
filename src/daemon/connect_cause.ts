/** Why a tunnel or an attempt to connect ended, in words for people. */
import type { TunnelEnd } from "../tunnel/close_reason.ts";

/** Maximum length of a cause, in characters: the peer's words may be part of it. */
const MAX_CAUSE = 600;

/** Words for a system error; `server` is an address or a name, with its port. */
type Words = (server: string) => string;

const noRoute: Words = (server) =>
  `no route to ${server}: nothing forwards packets to that address; check \`ip route get\` and the link`;
const hungUp: Words = (server) =>
  `${server} closed the connection during TLS: it is no pppoe-proxy, or has no room for another connection`;
const unreachable: Words = (server) =>
  `no route to ${server}, or a firewall rejects the packets: check \`ip route get\`, the link and firewalls on the way`;
const refused: Words = (server) =>
  `connection refused: nothing listens on ${server}, or a firewall rejects it`;
const forbidden: Words = (server) =>
  `this machine forbids packets to ${server}: check its own firewall and the service's restrictions`;
const reset: Words = () => "the connection was reset: the peer has ended, or a firewall cut it";
/** That descriptors are short, and what to do about it. */
export const NO_FILES = "no open files left";
export const MORE_FILES =
  "Raise the limit of open files: `LimitNOFILE=` in the unit, or `ulimit -n`.";
const shortOfFiles: Words = () => NO_FILES;

/** By number (errno(3)). */
const SYSTEM_ERRORS: Readonly<Record<string, Words>> = {
  "1": forbidden,
  "13": forbidden,
  "23": shortOfFiles,
  "24": shortOfFiles,
  "32": reset,
  "100": (server) => `no route to ${server}: the network interface is down`,
  "101": noRoute,
  "104": reset,
  "110": (server) => `no answer from ${server}: it is down, or the path drops packets`,
  "111": refused,
  "113": unreachable,
};

/** By name, as SystemError and Node's resolver give it. */
const NAMED: Readonly<Record<string, string>> = {
  EACCES: "13",
  ECONNREFUSED: "111",
  ECONNRESET: "104",
  EHOSTUNREACH: "113",
  EMFILE: "24",
  ENETDOWN: "100",
  ENETUNREACH: "101",
  ENFILE: "23",
  EPERM: "1",
  ETIMEDOUT: "110",
};

const UNRESOLVED =
  /(?:failed to lookup address information: (?:Temporary failure in name resolution|Try again)|getaddrinfo EAI_AGAIN \S+)/g;
const UNRESOLVED_IN_TIME = /Name not resolved: No (?:TLS|QUIC) connection within (\d+) ms/g;
const UNKNOWN_NAME = /(?:failed to lookup address information: [^;]*|getaddrinfo ENOTFOUND \S+)/g;

/** Replaces what the system says about a failure by words that name the cause. */
function explainSystem(detail: string, server: string): string {
  return detail
    .replace(UNRESOLVED, `the name in ${server} cannot be resolved now: no name server answers`)
    .replace(UNKNOWN_NAME, `name not found: no name server knows the host in ${server}`)
    .replace(/[^:;]*\(os error (\d+)\)/g, (all, code: string) => {
      const words = SYSTEM_ERRORS[code]?.(server);
      return words === undefined ? all : `${all.startsWith(" ") ? " " : ""}${words}`;
    })
    .replace(
      /Cannot connect to [^;]* failed with (E[A-Z]+);[^;]*/g,
      (all, name: string) => SYSTEM_ERRORS[NAMED[name] ?? ""]?.(server) ?? all,
    )
    .replace(/tls handshake eof|[^;]*close_notify[^;]*/g, () => hungUp(server))
    .replace(
      UNRESOLVED_IN_TIME,
      (_, time: string) =>
        `the name in ${server} was not resolved within ${
          Number(time) / 1_000
        } s: the name servers ` +
        "answer late, or not at all",
    )
    .replace(
      /No (TLS|QUIC) connection within (\d+) ms/g,
      (_, transport: string, time: string) =>
        `no answer over ${transport} within ${
          Number(time) / 1_000
        } s: ${server} is down, or a firewall drops the packets`,
    )
    .replace(
      /No TLS answer within (\d+) ms/g,
      (_, time: string) =>
        `${server} accepts connections, but did not finish TLS within ${Number(time) / 1_000} s`,
    )
    .replace(
      /(?<=^|: )timed out$/,
      `no answer from ${server}: it is down, or a firewall drops the packets`,
    )
    .replace(/(?<=^|: )(?:connection reset|broken pipe)$/i, reset(server))
    .replace(
      /^end of stream$/,
      "the peer closed the connection without a reason: it was killed, or a firewall cut it",
    );
}

const HUNG_UP =
  /tls handshake eof|close_notify|before TLS began|os error (?:32|104)\)|connection reset|broken pipe|end of stream/i;

/**
 * Whether a server answered and then closed the connection without a word, as it does with one that
 * gives way to others while TLS is under way.
 */
export function isHungUp({ reason, detail }: Pick<TunnelEnd, "reason" | "detail">): boolean {
  return reason === "connection-lost" && HUNG_UP.test(detail);
}

const OUT_OF_FILES = /os error 2[34]\)|\bE[MN]FILE\b/;

/** Whether the words of an error mean that descriptors are short (EMFILE, ENFILE). */
export function isOutOfFiles(text: string): boolean {
  return OUT_OF_FILES.test(text);
}

/** What to do about a connection that failed, by the end's reason and detail. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    new RegExp(`(?:${UNRESOLVED.source}|${UNRESOLVED_IN_TIME.source})`),
    "Check this machine's name servers, or set an address in `[tunnel] connect`.",
  ],
  [
    new RegExp(`(?:${UNKNOWN_NAME.source})`),
    "Correct the name in `[tunnel] connect`, or add it to the DNS.",
  ],
  [
    /^(?!.*\bTLS\b).*No QUIC connection within/,
    'Let UDP pass to the server\'s port, or set `transport = "auto"` on both sides.',
  ],
  [
    /does not speak TLS|chose TLS 1\.2|before TLS began|tls handshake eof|not a pppoe-proxy/,
    "Compare the port in `[tunnel] connect` with `[tunnel] listen` of the server: another program may answer there. If not, update the older side.",
  ],
  [OUT_OF_FILES, MORE_FILES],
  [
    /No TLS answer within/,
    "The server hangs, another program has the port, or the path loses full packets: run `doctor`.",
  ],
  [
    /^not-authenticated: .*certificate/,
    "Copy the server's certificate again, over a secure channel, and compare its SHA-256.",
  ],
];

/**
 * Returns what to do about a client's connection that failed, if that follows from the system's
 * words; `reason` is the end's reason and its detail.
 */
export function connectAdvice(reason: string): string | undefined {
  return ADVICE.find(([pattern]) => pattern.test(reason))?.[1];
}

/** Joins what is known and the detail, if there is one. */
function withDetail(words: string, detail: string): string {
  return detail === "" ? words : `${words}: ${detail}`;
}

const REFUSED =
  "login refused: the server does not accept this name and secret; its log says which is wrong";

/** Why one side did not accept the other. */
function refusal({ by, detail }: TunnelEnd): string {
  if (by === "peer" && detail !== "") return `login refused: ${detail}`;
  if (by === "peer") return REFUSED;
  if (/certificate/.test(detail)) return `the server's certificate is not pinned: ${detail}`;
  return withDetail("login refused", detail || "name and secret do not match");
}

/**
 * Returns why a tunnel, or an attempt to set one up, has ended. `server` is the server's address as
 * configured, with its port.
 */
export function connectCause(end: TunnelEnd, server: string): string {
  return wordsOf(end, server).slice(0, MAX_CAUSE);
}

function wordsOf(end: TunnelEnd, server: string): string {
  const { reason, detail } = end;
  switch (reason) {
    case "connection-lost":
      return detail === "" ? "the connection broke" : explainSystem(detail, server);
    case "handshake-timeout":
      return withDetail(
        "the login was not finished in time: the server is busy, or the path loses packets",
        detail,
      );
    case "keepalive-timeout":
      return "nothing arrived for the keepalive's timeout: the peer hangs, or the path is down";
    case "not-authenticated":
      return refusal(end);
    case "name-in-use":
      return withDetail("login refused: another host is connected under this name", detail);
    case "too-many-connections":
      return withDetail("refused: too many connections", detail);
    case "unsupported-version":
      return withDetail("the two sides run incompatible versions", detail);
    case "restart":
      return withDetail("the other side restarts and keeps its sessions", detail);
    case "shutdown":
      return withDetail("the other side was stopped, and ended its sessions", detail);
    case "protocol-violation":
    case "not-reading":
    case "moved":
    case "replaced":
    case "unknown-reason":
      return detail === "" ? reason : detail;
  }
}
