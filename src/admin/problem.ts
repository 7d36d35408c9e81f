import { HTTPException } from "hono/http-exception";
import type { Problem } from "./schema.ts";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not authenticated",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "In progress",
  413: "Too long",
  415: "Not JSON",
  422: "Not valid",
  500: "Failed",
  503: "Too busy",
};

/** An answer that says what went wrong (RFC 9457). */
export function problem(
  status: number,
  detail: string,
  errors?: Problem["errors"],
  headers: Record<string, string> = {},
): Response {
  const body: Problem = {
    type: "about:blank",
    title: TITLES[status] ?? "Failed",
    status,
    detail,
    ...(errors !== undefined && { errors }),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

/** Ends a request with a problem. */
export function refuse(
  status: 400 | 403 | 404 | 409 | 413 | 415 | 422 | 503,
  detail: string,
): never {
  throw new HTTPException(status, { res: problem(status, detail) });
}
