/** The OpenAPI document, built from the served routes and their schemas. */
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import manifest from "../../../deno.json" with { type: "json" };
import { VERSION } from "../../version.ts";
import { type Answer, isAct, type Route } from "../http/route.ts";
import { ProblemDetails } from "./response_schema.ts";

/** Returns the OpenAPI 3.1 document of these routes. */
export function openapi(routes: readonly Route[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  return {
    openapi: "3.1.0",
    info: {
      title: "pppoe-proxy",
      version: VERSION,
      description:
        "Queries and controls a running daemon. Over TCP it requires the token of admin.token_file or, to read only, that of admin.read_token_file.",
      license: { name: manifest.license },
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }, {}],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { ProblemDetails: jsonSchema(ProblemDetails, "output") },
    },
  };
}

function operation(route: Route): Record<string, unknown> {
  const { path, query, body, answers } = route;
  const summary = isAct(route) ? `${route.summary} (role "act")` : route.summary;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const parameters = [
    ...names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
    ...queryParameters(query),
  ];
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: jsonSchema(body, "input") } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, response(answer)]),
      ),
      default: {
        description: "An error (RFC 9457)",
        content: {
          "application/problem+json": { schema: { $ref: "#/components/schemas/ProblemDetails" } },
        },
      },
    },
  };
}

function queryParameters(query: Route["query"]): object[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(query, "input") as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

function response({ description, schema, type }: Answer): Record<string, unknown> {
  const content = schema !== undefined
    ? { "application/json": { schema: jsonSchema(schema, "output") } }
    : { [type ?? "text/plain"]: { schema: { type: "string" } } };
  return { description, content };
}

/** Omits checks that JSON Schema cannot express, such as that of MAC addresses. */
function jsonSchema(schema: v.GenericSchema, typeMode: "input" | "output"): object {
  const { $schema: _, ...rest } = toJsonSchema(schema, { errorMode: "ignore", typeMode });
  return rest;
}
