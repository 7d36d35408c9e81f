/** Routes that open the page by a link: a code, and its exchange for a token. */
import { formatAddress } from "../../config/addresses.ts";
import { logger } from "../../log.ts";
import { type Role, whoOf } from "../http/access.ts";
import { refuse } from "../http/problem.ts";
import type { Route } from "../http/route.ts";
import { CODE_LIFE, TOKEN_LIFE } from "../http/web_access.ts";
import * as asks from "./request_schema.ts";
import { WebCode, WebToken } from "./web_schema.ts";

const log = logger("admin");

/** Makes a code. Only a socket may: a token must not make itself last longer. */
export const WEB_CODE: Route = {
  method: "post",
  path: "/api/v1/web-codes",
  summary: "Makes a code for a link to the page, valid once and for minutes; over a socket only",
  body: asks.WebCodeRequest,
  acts: false,
  answers: { 200: { description: "The code", schema: WebCode } },
  handle(daemon, { context: { env }, body }) {
    const { role } = body as asks.WebCodeRequest;
    const { listen, tokenFile, hosts } = daemon.config().admin;
    if (env.access.kind !== "socket") refuse(403, "Links are made over a Unix socket only");
    checkRole(role, env.role, tokenFile !== undefined);
    if (listen === undefined) {
      refuse(409, 'No browser can open the page by a link: "listen" is not set under [admin]');
    }
    const code = env.webAccess.makeCode(role);
    log.info("web link made", { for_role: role, ...whoOf(env) });
    const addresses = (listen ?? []).map((address) => `http://${formatAddress(address)}/`);
    return { code, role, expires_in_seconds: CODE_LIFE / 1_000, addresses, hosts };
  },
};

/** A link permits no more than its maker may do, and than a token may over TCP. */
function checkRole(wanted: Role, own: Role | undefined, hasActToken: boolean): void {
  if (wanted === "read") return;
  if (own !== "act") refuse(403, "Read-only access: only a link for the role read can be made");
  if (hasActToken) return;
  refuse(409, 'Over TCP this daemon permits reading only: "token_file" is not set under [admin]');
}

/** Exchanges a code for a token. Needs no token; a code has 128 random bits. */
export const WEB_TOKEN: Route = {
  method: "post",
  path: "/api/v1/web-tokens",
  summary: "Exchanges the code of a link for a token, once",
  body: asks.WebTokenRequest,
  acts: false,
  answers: { 200: { description: "The token", schema: WebToken } },
  handle(_daemon, { context: { env }, body }) {
    const { code } = body as asks.WebTokenRequest;
    const granted = env.webAccess.exchange(code);
    if (granted === undefined) {
      return refuse(403, "This link was used already or has expired; make another one");
    }
    env.proven(granted.role);
    log.info("web link used", { for_role: granted.role, ...whoOf(env) });
    return { ...granted, expires_in_seconds: TOKEN_LIFE / 1_000 };
  },
};
