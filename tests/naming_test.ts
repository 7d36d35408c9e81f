/** One word for one thing: keys and messages of log lines and events, and keys of the admin API. */
import { assert, assertEquals } from "@std/assert";
import { openapi } from "../src/admin/api/openapi.ts";
import { ROUTES } from "../src/admin/api/routes.ts";
import { ROOT, sources } from "./sources.ts";

/** A call or a literal that gives a log line or an event its facts. */
const FACTS =
  /\w*[lL]og\.(?:debug|info|warning|error)\(|\.emit\(|\b(?:facts|more|load|counts) = (?=\{)|(?:drops\.drop|reloaded)\(|Fact(?:s)?\([^)]*\)[^{;]*\{\s*return /g;
const SNAKE_CASE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;

/** Returns the text from `at` to the end of its statement or argument list. */
function expressionAt(text: string, at: number): string {
  let depth = 0;
  for (let end = at; end < text.length; end++) {
    if ("([{".includes(text[end])) depth++;
    else if (")]}".includes(text[end]) && --depth < 0) return text.slice(at, end);
    else if (text[end] === ";" && depth === 0) return text.slice(at, end);
  }
  return text.slice(at);
}

/** Returns the keys of the object literals in an expression. */
function keysIn(expression: string): string[] {
  let plain = expression
    .replace(/\/\/.*|\/\*[\s\S]*?\*\//g, "")
    .replace(/`[^`]*`|'[^']*'/g, "0")
    .replace(/"(\w*)"(?=\s*:)/g, "$1")
    .replace(/"[^"]*"/g, "0");
  // Arguments of calls, and patterns in front of an arrow or an assignment, are not keys.
  for (let before = ""; before !== plain;) {
    before = plain;
    plain = plain.replace(/[\w.?]+\([^(){}]*\)/g, "0");
  }
  plain = plain.replace(/\{[^{}]*\}\s*(?=\)?\s*=>|=[^=>])/g, "0");
  return [...plain.matchAll(/[{,]\s*(\w+)(?=\s*[:,}])/g)].map(([, key]) => key)
    .filter((key) => !/^\d/.test(key));
}

interface Line {
  path: string;
  message: string | undefined;
  keys: string[];
}

/** Everything in the sources that makes a log line or an event. */
const LINES: Line[] = [...sources("src")].filter((path) => !path.includes("/web/")).flatMap(
  (path) => {
    const text = Deno.readTextFileSync(ROOT + path);
    return [...text.matchAll(FACTS)].map((match) => {
      const expression = expressionAt(text, match.index + match[0].length);
      const isLog = /[lL]og\.\w+\($/.test(match[0]);
      const message = isLog ? /^\s*"([^"]*)"/.exec(expression)?.[1] : undefined;
      return { path, message, keys: keysIn(expression) };
    });
  },
);

Deno.test("the search for log lines finds their messages and keys", () => {
  const found = (message: string) => LINES.find((line) => line.message === message)?.keys;
  assertEquals(found("totals")?.includes("kernel_drops"), true);
  assertEquals(found("interface MTU changed"), ["interface", "from", "to"]);
  assert(LINES.filter(({ message }) => message !== undefined).length >= 40);
  assert(
    LINES.some(({ path, keys }) =>
      path.endsWith("session_facts.ts") && keys.includes("customer_mac")
    ),
  );
  assertEquals(keysIn('"x", { aB, c_d: f(e, gH), ...(i && { jK: "l, mN" }), "o": {p: 1} }'), [
    "aB",
    "c_d",
    "jK",
    "o",
    "p",
  ]);
});

Deno.test("keys of log lines and events are in snake case, and the far proxy is no peer there", () => {
  for (const { path, message, keys } of LINES) {
    const wrong = keys.filter((key) => !SNAKE_CASE.test(key) || key === "peer");
    assertEquals(wrong, [], `${path}: ${message ?? "facts"}`);
  }
});

Deno.test("messages of log lines are nouns or past participles, not sentences", () => {
  const sentence = /\b(?:is|are|was|were|cannot|can|must|needs?|uses|no longer)\b|[:.;]/;
  for (const { path, message } of LINES) {
    assertEquals(message !== undefined && sentence.test(message), false, `${path}: ${message}`);
  }
});

/** Returns the names of all properties that a JSON schema defines, at any depth. */
function propertiesOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(propertiesOf);
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(key === "properties" ? Object.keys(value) : []),
    ...propertiesOf(value),
  ]);
}

Deno.test("keys of the admin API are in snake case, and name a client, a server and a session", () => {
  const document = openapi(ROUTES);
  const parameters = ROUTES.flatMap(({ query }) => Object.keys(query?.entries ?? {}));
  const keys = new Set([...propertiesOf(document), ...parameters]);
  assert(keys.has("customer_mac") && keys.has("session_id") && keys.has("session"));
  assertEquals([...keys].filter((key) => !SNAKE_CASE.test(key)), []);
  assertEquals(["peer", "id", "closed"].filter((key) => keys.has(key)), []);
});
