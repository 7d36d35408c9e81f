// deno-lint-ignore-file camelcase -- keys are those of the JSON
import { assert, assertEquals } from "@std/assert";
import { Ajv, type ValidateFunction } from "ajv";
import { ROUTES } from "../../../src/admin/api/routes.ts";
import { dial, sessionFrame } from "../../proxy/dial.ts";
import { CUSTOMER, LAN } from "../../proxy/path.ts";
import { withDaemon, type World } from "../daemon.ts";

interface Operation {
  parameters?: { name: string; in: string }[];
  responses: Record<string, { content: Record<string, { schema: object }> }>;
}

type Document = { paths: Record<string, Record<string, Operation>>; components: object };

/** Makes a schema refuse keys that the document does not mention. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, it]) => [key, closed(it)]));
  const open = copy.properties === undefined || copy.additionalProperties !== undefined;
  return open ? copy : { ...copy, additionalProperties: false };
}

/** Validates responses against the document that the daemon serves. */
class Checker {
  #document: Document;
  #seen = new Set<string>();

  constructor(document: Document) {
    this.#document = document;
  }

  async check(method: string, pattern: string, response: Response): Promise<unknown> {
    const { responses } = this.#document.paths[pattern][method];
    const { content } = responses[response.status] ?? responses.default;
    const [type] = (response.headers.get("content-type") ?? "").split(";");
    assert(content[type] !== undefined, `${method} ${pattern} answers ${type}`);
    const text = await response.text();
    if (!type.endsWith("json")) return text;
    const json = JSON.parse(text);
    const validate = this.#compile(content[type].schema);
    assert(validate(json), `${method} ${pattern}: ${JSON.stringify(validate.errors)} in ${text}`);
    if (response.ok || response.status === 503) this.#seen.add(`${method} ${pattern}`);
    return json;
  }

  /** Routes without a validated successful response. */
  get missing(): string[] {
    const all = Object.entries(this.#document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`)
    );
    return all.filter((name) => !this.#seen.has(name));
  }

  #compile(schema: object): ValidateFunction {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const whole = { ...(closed(schema) as object), components: this.#document.components };
    return ajv.compile(whole);
  }
}

async function documentOf({ ask }: World): Promise<Document> {
  return await (await ask("/api/v1/openapi.json")).json();
}

/** Streams, plain text and the document itself have their own tests. */
const OTHERS = [
  "get /api/v1/events",
  "get /api/v1/capture",
  "get /metrics",
  "post /api/v1/web-codes",
  "post /api/v1/web-tokens",
  "get /api/v1/openapi.json",
];

for (const mode of ["server", "client"] as const) {
  Deno.test(`responses of a ${mode} match its OpenAPI document`, () =>
    withDaemon({ mode }, async (world) => {
      const { ask, path, daemon } = world;
      const checker = new Checker(await documentOf(world));
      const { wire } = await dial(path, { id: 7 });
      await dial(path, { id: 8 });
      wire.sendRaw(sessionFrame(LAN, CUSTOMER, 7, [0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0]));
      await path.ac.next();
      const get = async (at: string, pattern = at.split("?")[0]) =>
        await checker.check("get", pattern, await ask(at)) as Record<string, unknown>;
      await get("/healthz");
      await get("/readyz");
      await get("/api/v1/status");
      daemon.history.sample(Date.now() + 10_000, 10_000);
      await get("/api/v1/clients?sparkline=10");
      await get("/api/v1/history?points=10");
      await get("/api/v1/log?limit=5");
      await get("/api/v1/messages/session-limit", "/api/v1/messages/{word}");
      const customer = "/api/v1/customers/{mac}/story";
      await get("/api/v1/customers/02:00:00:00:00:c1/story", customer);
      const { sessions, total } = await get("/api/v1/sessions?sort=bytes&limit=1&sparkline=10") as {
        sessions: { session: string; bytes_up: number }[];
        total: number;
      };
      assertEquals([total, sessions.length, sessions[0].bytes_up], [2, 1, 10]);
      const at = `/api/v1/sessions/${encodeURIComponent(sessions[0].session)}`;
      await get(at, "/api/v1/sessions/{session}");
      const send = async (method: "POST" | "PATCH", to: string, json: unknown) =>
        await checker.check(method.toLowerCase(), to, await ask(to, { method, json }));
      await send("POST", "/api/v1/reload", {});
      await get("/api/v1/log-level");
      await send("PATCH", "/api/v1/log-level", { level: "error", topic: "link" });
      assertEquals(await send("POST", "/api/v1/drain", { enabled: true }), {
        draining: true,
        sessions: 2,
      });
      assertEquals(daemon.draining, true);
      const ended = await ask(at, { method: "DELETE" });
      await checker.check("delete", "/api/v1/sessions/{session}", ended);
      const stuck = { mac: "02:00:00:00:00:c1", session_id: 8 };
      assertEquals(await send("POST", "/api/v1/padt", stuck), { sent: 1 });
      const past = await get("/api/v1/sessions?past=true") as { sessions: { reason: string }[] };
      assertEquals(past.sessions.map(({ reason }) => reason), ["admin", "admin"]);
      const problem = await get(at, "/api/v1/sessions/{session}");
      assertEquals(problem.status, 404);
      const all = await ask("/api/v1/sessions?mac=02:00:00:00:00:c1", { method: "DELETE" });
      assertEquals(await checker.check("delete", "/api/v1/sessions", all), { sessions: [] });
      assertEquals((await ask("/api/v1/sessions", { method: "DELETE" })).status, 400);
      assertEquals(checker.missing, OTHERS);
    }));
}

Deno.test("the OpenAPI document lists every served route with its parameters", () =>
  withDaemon({}, async (world) => {
    const { paths } = await documentOf(world);
    for (const { method, path, query } of ROUTES) {
      const operation = paths[path]?.[method];
      assert(operation !== undefined, `${method} ${path}`);
      const names = (operation.parameters ?? []).filter((it) => it.in === "query");
      assertEquals(names.map(({ name }) => name), Object.keys(query?.entries ?? {}));
    }
  }));

Deno.test("a held session is reported as held, and its tunnel as down", () =>
  withDaemon({}, async ({ path, ask }) => {
    await dial(path, { id: 7 });
    await path.lose(0);
    const { sessions } = await (await ask("/api/v1/sessions?state=held")).json();
    assertEquals(sessions.map(({ session_id }: { session_id: number }) => session_id), [7]);
    const status = await (await ask("/api/v1/status")).json();
    assertEquals(status.sessions, { open: 0, held: 1, limit: 10_000 });
    assertEquals(status.tunnels[0].up, false);
  }));
