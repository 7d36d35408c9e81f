import type { Context } from "hono";
import * as v from "valibot";
import type { Daemon } from "../proxy/daemon_interface.ts";
import { refuse } from "./problem.ts";
import type { Asked } from "./serve.ts";

/** Most bytes of a request's body. */
export const MAX_BODY = 64 * 1024;

/** A request whose parts have been checked. */
export interface Request {
  context: Context<{ Bindings: Asked }>;
  /** Variable parts of the path, decoded. */
  params: Record<string, string>;
  query: unknown;
  body: unknown;
}

/** What a route answers with. */
export interface Answer {
  description: string;
  /** Without one the body is no JSON. */
  schema?: v.GenericSchema;
  /** Media type of a body that is no JSON. */
  type?: string;
}

/** One method of one path: both what is served and what the OpenAPI document tells. */
export interface Route {
  method: "get" | "post" | "patch" | "delete";
  /** Variable parts in braces, as OpenAPI has them. */
  path: string;
  summary: string;
  query?:
    | v.ObjectSchema<v.ObjectEntries, undefined>
    | v.StrictObjectSchema<v.ObjectEntries, undefined>;
  body?: v.GenericSchema;
  /** By status; problems that any route can answer with are not among them. */
  answers: Readonly<Record<number, Answer>>;
  /** Whether it takes who may act; by default what is no GET does. */
  acts?: boolean;
  handle(daemon: Daemon, request: Request): unknown;
}

const NEEDS_ACT =
  "You may look, but not change or capture anything: that takes the socket of admin.socket, or over TCP the token of admin.token_file";

/** Whether a route takes more than reading. */
export function isAct({ acts, method }: Pick<Route, "acts" | "method">): boolean {
  return acts ?? method !== "get";
}

/** Answers a request as its route says: objects become JSON. */
export async function serveRoute(
  route: Route,
  daemon: Daemon,
  context: Context<{ Bindings: Asked }>,
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
    // Forms of other sites cannot say this content type without being asked for permission.
    refuse(415, 'The body has to be JSON, with the header "Content-Type: application/json"');
  }
  const text = await readBody(context.req.raw.body);
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(400, `The body is no JSON: ${(error as Error).message}`);
  }
}

/** Not by what Content-Length says: a body may come in chunks. */
async function readBody(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const bytes of body ?? []) {
    length += bytes.length;
    if (length > MAX_BODY) refuse(413, `A body may have ${MAX_BODY} bytes`);
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
  return refuse(400, `Cannot take the ${part}: ${said.join("; ")}`);
}
