/** Requests to the admin API: over its socket, and over TCP without the token. */
import { ROUTES } from "../../../src/admin/api/routes.ts";
import { makeServe } from "../../../src/admin/http/serve.ts";
import { withDaemon } from "../../admin/daemon.ts";
import { converse } from "../http_conversation.ts";
import type { Random } from "../random.ts";
import { must, type Target, utf8 } from "../target.ts";

const TOKEN = "5a".repeat(32);
/** Paths that are open without the token, in addition to the page's files. */
const OPEN = ["/", "/healthz", "/readyz"];

const QUERIES = [
  "",
  "?",
  "?limit=1&offset=0",
  "?past=true&sort=bytes&order=asc",
  "?mac=02:00:00:00:00:01&session_id=1",
  "?client=branch-1&state=held",
  "?recent=5",
  "?count=1&seconds=1&secrets=true",
  "?limit=-1",
  "?limit=1e9&limit=2",
  "?%00=%ff&__proto__=x",
];
const BODIES = [
  "",
  "{}",
  "[]",
  "null",
  '{"enabled":true}',
  '{"level":"debug","topic":"tunnel"}',
  '{"level":"__proto__"}',
  '{"mac":"02:00:00:00:00:01","session_id":1}',
  '{"__proto__":{"enabled":true}}',
  '{"enabled":true',
  "[".repeat(300),
];
const HEADERS = [
  "Host: localhost",
  "Host: [::1]:9180",
  "Host: evil.example",
  "Host: localhost@evil.example",
  "Origin: http://localhost",
  "Origin: http://evil.example",
  "Sec-Fetch-Site: cross-site",
  "Content-Type: application/json",
  "Content-Type: text/plain",
  "Transfer-Encoding: chunked",
  "Content-Length: 5",
  "Content-Length: -1",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Expect: 100-continue",
  "Last-Event-ID: 3",
  `Authorization: Bearer ${"00".repeat(32)}`,
  "Authorization: Basic eDp5",
];
const METHODS = ["GET", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE", "PRI"];
const PATHS = [
  ...ROUTES.map(({ path }) => path.replace(/\{\w+\}/, "branch-1.1")),
  "/",
  "/assets/app.js",
];

function request(random: Random): string {
  const method = random.oneIn(3) ? random.pick(METHODS) : random.pick(ROUTES).method.toUpperCase();
  const body = random.oneIn(2) ? "" : random.pick(BODIES);
  const headers = ["Host: localhost"];
  if (body !== "") headers.push(`Content-Length: ${body.length}`, "Content-Type: application/json");
  for (let left = random.below(3); left > 0; left--) headers.push(random.pick(HEADERS));
  const target = `${random.pick(PATHS)}${random.pick(QUERIES)}`;
  return `${method} ${target} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n${body}`;
}

export const http: Target = {
  name: "http",
  text: true,
  maxLength: 2_000,
  dictionary: [
    ...METHODS,
    ...PATHS,
    ...QUERIES,
    ...BODIES,
    ...HEADERS,
    "\r\n",
    "\r\n\r\n",
    "\n",
    "0\r\n",
  ]
    .filter((word) => word !== "").map(utf8),
  generate: (random) => utf8(request(random)),
  async run(input) {
    const words: string[] = [];
    await withDaemon({}, async ({ daemon }) => {
      const serve = makeServe(daemon);
      const piece = 1 + input.length % 97;
      const stranger = await converse(serve, { kind: "token", token: TOKEN }, input, piece);
      mustBeNothing(stranger, input);
      must(!daemon.draining, "an unauthenticated caller drained the daemon");
      const known = await converse(serve, { kind: "socket" }, input, piece);
      words.push(`stranger ${statusOf(stranger)}`, statusOf(known));
    });
    return words;
  },
};

/** Checks that an unauthenticated caller gets nothing but the open paths. */
function mustBeNothing(answer: string, input: Uint8Array): void {
  const status = statusOf(answer);
  if (!status.startsWith("2")) return;
  const line = /^\s*\S+ (\S+)/.exec(new TextDecoder().decode(input))?.[1] ?? "";
  const { pathname } = new URL(line, "http://localhost");
  const isOpen = OPEN.includes(pathname) || pathname.startsWith("/assets/");
  must(isOpen, () => `${pathname} was answered with ${status} without a token`);
}

/** Returns the status of a response, which must not be an internal error. */
function statusOf(answer: string): string {
  if (answer === "") return "nothing";
  const status = /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
  must(status !== undefined, () => `${JSON.stringify(answer.slice(0, 80))} is not HTTP`);
  must(status !== "500", () => answer.slice(-200));
  return status;
}
