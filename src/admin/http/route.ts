import type { Context } from "hono";
import * as v from "valibot";
import type { Daemon } from "../../daemon/daemon.ts";
import { refuse } from "./problem.ts";
import type { RequestContext } from "./request_context.ts";

/** Maximum size of a request's body, in bytes. */
const MAX_BODY = 64 * 1024;

/** A request with validated parts. */
export interface Request {
  context: Context<{ Bindings: RequestContext }>;
  /** Variable parts of the path, decoded. */
  params: Record<string, string>;
  query: unknown;
  body: unknown;
}

/** A response of a route. */
export interface Answer {
  description: string;
  /** Schema of the JSON body; undefined if the body is not JSON. */
  schema?: v.GenericSchema;
  /** Media type of a body that is not JSON. */
  type?: string;
}

/** One method of one path, both as served and as documented by OpenAPI. */
export interface Route {
  method: "get" | "post" | "patch" | "delete";
  /** Variable parts are in braces, as in OpenAPI. */
  path: string;
  summary: string;
  query?:
    | v.ObjectSchema<v.ObjectEntries, undefined>
    | v.StrictObjectSchema<v.ObjectEntries, undefined>;
  body?: v.GenericSchema;
  /** Responses by status, without the errors that any route can return. */
  answers: Readonly<Record<number, Answer>>;
  /** Whether the role "act" is required; by default for every method but GET. */
  acts?: boolean;
  handle(daemon: Daemon, request: Request): unknown;
}

const NEEDS_ACT =
  "Read-only access: to change or capture anything, use the socket of admin.socket or, over TCP, the token of admin.token_file";

/** Whether a route requires the role "act". */
export function isAct({ acts, method }: Pick<Route, "acts" | "method">): boolean {
  return acts ?? method !== "get";
}

/**
 * Runs a route's handler after checking role, query and body; an object becomes a JSON response.
 */
export async function serveRoute(
  route: Route,
  daemon: Daemon,
  context: Context<{ Bindings: RequestContext }>,
): Promise<Response> {
  if (isAct(route)) {
    context.env.acted = true;
    if (context.env.role !== "act") refuse(403, NEEDS_ACT);
  }
  const query = checked(route.query ?? v.strictObject({}), context.req.query(), "query");
  const body = route.body === undefined
    ? undefined
    : checked(route.body, await readJson(context), "body");
  const params: Record<string, string> = context.req.param();
  const answer = await route.handle(daemon, { context, params, query, body });
  return answer instanceof Response ? answer : context.json(answer as object);
}

async function readJson(context: Context): Promise<unknown> {
  if (!/^application\/json\b/i.test(context.req.header("content-type") ?? "")) {
    // Browsers do not let forms of other sites send this content type without a preflight.
    refuse(415, 'The body must be JSON, with the header "Content-Type: application/json"');
  }
  const text = await readBody(context.req.raw.body);
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(400, `The body is not valid JSON: ${(error as Error).message}`);
  }
}

/** Counts bytes as they arrive, since a chunked body has no Content-Length. */
async function readBody(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const bytes of body ?? []) {
    length += bytes.length;
    if (length > MAX_BODY) refuse(413, `The body exceeds ${MAX_BODY} bytes`);
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}

function checked(schema: v.GenericSchema, input: unknown, part: string): unknown {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const said = result.issues.map((issue) => {
    const path = v.getDotPath(issue);
    if (issue.type === "strict_object" && issue.expected === "never") return `"${path}" is unknown`;
    return path === null ? issue.message : `"${path}": ${issue.message}`;
  });
  return refuse(400, `Invalid ${part}: ${said.join("; ")}`);
}
