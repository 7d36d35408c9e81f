/** Values of options that become parts of a request to the daemon. */
import * as v from "valibot";
import { type Arguments, UsageError } from "../arguments.ts";
import type { Query } from "./admin_client.ts";

/** Options by the key of the request, where these differ in more than dashes. */
type Renamed = Readonly<Record<string, string>>;

/**
 * Parses an option as a whole number; undefined if it is absent, throws UsageError for other text.
 */
export function wholeNumber(values: Arguments["values"], name: string): number | undefined {
  const text = values.get(name);
  if (text === undefined) return undefined;
  if (/^(0x[0-9a-f]{1,8}|\d{1,9})$/i.test(text)) return Number(text);
  throw new UsageError(`Cannot use "${text}" for --${name}: use a whole number`);
}

/** Returns a query that the daemon accepts. Throws UsageError that names the option. */
export function validQuery(schema: v.GenericSchema, query: Query, renamed: Renamed = {}): Query {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  refuseInvalid(schema, Object.fromEntries(given.map(([key, it]) => [key, String(it)])), renamed);
  return query;
}

/** Returns a body that the daemon accepts. Throws UsageError that names the option. */
export function validBody<T extends object>(schema: v.GenericSchema, body: T): T {
  refuseInvalid(schema, body, {});
  return body;
}

function refuseInvalid(schema: v.GenericSchema, request: object, renamed: Renamed): void {
  const [issue] = v.safeParse(schema, request).issues ?? [];
  if (issue === undefined) return;
  const key = v.getDotPath(issue) ?? "";
  const option = renamed[key] ?? key.replaceAll("_", "-");
  const said = `${issue.message[0].toLowerCase()}${issue.message.slice(1)}`;
  const value = String((request as Record<string, unknown>)[key]);
  throw new UsageError(`Cannot use "${value}" for --${option}: ${said}`);
}
