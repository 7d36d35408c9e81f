import { HTTPException } from "hono/http-exception";
import type { ProblemDetails } from "../api/response_schema.ts";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not authenticated",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Content too large",
  415: "Unsupported media type",
  422: "Invalid",
  500: "Internal error",
  503: "Unavailable",
};

/** Returns an error response (RFC 9457). */
export function problem(
  status: number,
  detail: string,
  errors?: ProblemDetails["errors"],
  headers: Record<string, string> = {},
): Response {
  const body: ProblemDetails = {
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

/** Rejects a request with an error response. */
export function refuse(
  status: 400 | 403 | 404 | 409 | 413 | 415 | 422 | 503,
  detail: string,
): never {
  throw new HTTPException(status, { res: problem(status, detail) });
}
