/** Access control of the admin API. */
import { timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import type { Context, MiddlewareHandler } from "hono";
import { isLoopback } from "../../config/addresses.ts";
import { problem } from "./problem.ts";
import type { Role } from "./access.ts";
import type { RequestContext } from "./request_context.ts";

/**
 * Paths that need no token: health checks, and the page, which asks for the token itself or
 * exchanges the code of its link for one.
 */
const OPEN = /^\/(?:healthz|readyz|assets\/[^/]+|api\/v1\/web-tokens)?$/;

const NO_TOKEN =
  "Token required: send Authorization: Bearer with the token of admin.token_file or admin.read_token_file";
const WRONG_TOKEN =
  "Wrong token: send Authorization: Bearer with the 64 digits that admin.token_file or " +
  "admin.read_token_file had when the daemon started; access by a link may have ended";

/**
 * Refuses requests that a foreign page makes a browser send: an unknown Host (DNS rebinding), or an
 * Origin other than the Host. Over TCP a token is required as well.
 */
export function guard(
  hosts: () => readonly string[],
): MiddlewareHandler<{ Bindings: RequestContext }> {
  return async (c, next) => {
    const refusal = siteFault(c.req.raw.headers, hosts()) ?? roleFault(c);
    if (refusal !== undefined) return refusal;
    await next();
    return undefined;
  };
}

function siteFault(headers: Headers, hosts: readonly string[]): Response | undefined {
  const host = headers.get("host") ?? "";
  if (!isOurs(host, hosts)) {
    const hint = "add further names to admin.hosts";
    return problem(403, `Host "${host}" is unknown; ${hint}`);
  }
  const origin = headers.get("origin");
  if (origin !== null && origin !== `http://${host}` && origin !== `https://${host}`) {
    return problem(403, `Requests from pages of "${origin}" are not allowed`);
  }
  if (headers.get("sec-fetch-site") !== "cross-site") return undefined;
  return problem(403, "Cross-site requests are not allowed");
}

/** Records the caller's role; a caller without one may only use the open paths. */
function roleFault({ env, req }: Context<{ Bindings: RequestContext }>): Response | undefined {
  const authorization = req.header("authorization");
  env.role = roleOf(env, authorization ?? "");
  if (env.role !== undefined) {
    env.proven(env.role);
    return undefined;
  }
  if (OPEN.test(req.path)) return undefined;
  return problem(401, authorization === undefined ? NO_TOKEN : WRONG_TOKEN, undefined, {
    "www-authenticate": "Bearer",
  });
}

function roleOf({ access, webAccess }: RequestContext, authorization: string): Role | undefined {
  if (access.kind === "socket") return access.role ?? "act";
  const given = /^Bearer ([0-9a-f]{64})$/i.exec(authorization)?.[1]?.toLowerCase();
  if (given === undefined) return undefined;
  if (access.token !== undefined && isEqual(given, access.token)) return "act";
  if (access.readToken !== undefined && isEqual(given, access.readToken)) return "read";
  return webAccess.roleOf(given);
}

/** Whether a Host header names the loopback, or a host that the operator allows. */
export function isOurs(host: string, hosts: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1").toLowerCase();
  return isLoopback(name) || hosts.some((allowed) => allowed.toLowerCase() === name);
}

function isEqual(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}
