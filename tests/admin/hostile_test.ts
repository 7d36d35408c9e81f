import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ROUTES } from "../../src/admin/api/routes.ts";
import { dial } from "../proxy/dial.ts";
import { withDaemon, type World } from "./daemon.ts";

/** Routes that answer any valid request with an endless stream. */
const STREAMS: ReadonlySet<string> = new Set(["/api/v1/events", "/api/v1/capture"]);

const word = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "true",
    "-1",
    "1e9",
    "0",
    "02:00:00:00:00:c1",
    "branch-1",
    "branch-1.1",
    "%",
    "..",
  ),
);

async function statusOf({ ask }: World, path: string, init = {}): Promise<number> {
  const response = await ask(path, init);
  await response.body?.cancel();
  return response.status;
}

Deno.test("every request is answered, and never with an internal error", () =>
  withDaemon({}, async (world) => {
    await dial(world.path, { id: 7 });
    for (const { method, path, query } of ROUTES.filter(({ path }) => !STREAMS.has(path))) {
      const keys = fc.constantFrom(...Object.keys(query?.entries ?? {}), "other");
      const asked = fc.record({
        id: word,
        query: fc.array(fc.tuple(keys, word), { maxLength: 4 }),
      });
      await fc.assert(
        fc.asyncProperty(asked, fc.jsonValue(), async ({ id, query }, json) => {
          const at = path.replace("{id}", encodeURIComponent(id.toWellFormed()));
          const to = `${at}?${new URLSearchParams(query)}`;
          const init = { method: method.toUpperCase(), ...(method !== "get" && { json }) };
          const status = await statusOf(world, to, init);
          assert(status < 500, `${method} ${to} ${JSON.stringify(json)}: ${status}`);
        }),
        { numRuns: 60 },
      );
    }
    assertEquals(await statusOf(world, "/healthz"), 200);
  }));
