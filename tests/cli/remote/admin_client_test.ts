import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import {
  AdminClient,
  ProblemError,
  UnreachableError,
} from "../../../src/cli/remote/admin_client.ts";
import { CommandError, exitCodeOf } from "../../../src/cli/exit_codes.ts";
import { explainAbsence } from "../../../src/cli/remote/absent_daemon.ts";
import { leaveStaleSocket, withFolder } from "../process.ts";

/** Runs `use` with a client of a server whose responses `handler` makes. */
async function withServer(
  handler: (request: Request) => Response | Promise<Response>,
  use: (client: AdminClient) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const path = `${folder}/admin.sock`;
    const server = Deno.serve({ transport: "unix", path, onListen() {} }, handler);
    try {
      using client = new AdminClient(path);
      await use(client);
    } finally {
      await server.shutdown();
    }
  });
}

const ANYTHING = v.unknown();

async function failure(
  client: AdminClient,
  schema: v.GenericSchema<unknown, unknown> = ANYTHING,
): Promise<CommandError> {
  return await assertRejects(() => client.json({ path: "/api/v1/status" }, schema), CommandError);
}

Deno.test("a request sends its method, query and body over the socket", async () => {
  const echo = async (request: Request) =>
    Response.json({
      method: request.method,
      url: request.url,
      type: request.headers.get("content-type"),
      body: await request.json(),
    });
  await withServer(echo, async (client) => {
    const answer = await client.json({
      method: "PATCH",
      path: "/api/v1/log-level",
      query: { a: "x y", b: 1, c: undefined },
      body: { level: "debug" },
    }, ANYTHING);
    assertEquals(answer, {
      method: "PATCH",
      url: "http://localhost/api/v1/log-level?a=x+y&b=1",
      type: "application/json",
      body: { level: "debug" },
    });
  });
});

Deno.test("a problem document becomes an error with its detail; status 404 gives exit code 4", async () => {
  const statuses = [404, 422];
  const answer = () =>
    Response.json({ title: "No", detail: "No session\n\x1b[2J", errors: [1] }, {
      status: statuses.shift() ?? 500,
    });
  await withServer(answer, async (client) => {
    const missing = await failure(client);
    assertEquals([missing.message, exitCodeOf(missing)], ["No session\\u000a\\u001b[2J", 4]);
    const refused = await failure(client);
    assertEquals(exitCodeOf(refused), 1);
    assertEquals(refused instanceof ProblemError && refused.facts.errors, [1]);
  });
});

Deno.test("an error response without a problem document is reported by its HTTP status", async () => {
  await withServer(() => new Response("<html>", { status: 502 }), async (client) => {
    assertStringIncludes((await failure(client)).message, "502");
  });
});

Deno.test("a response that does not match the schema is an error that names the key", async () => {
  await withServer(() => Response.json({ pid: "one" }), async (client) => {
    const error = await failure(client, v.object({ pid: v.number() }));
    assertStringIncludes(error.message, '"pid"');
    assertEquals(exitCodeOf(error), 1);
  });
});

Deno.test("a stream is read as it arrives and ends when it is aborted", async () => {
  const gone = Promise.withResolvers<void>();
  const endless = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(Uint8Array.of(1, 2, 3)),
        cancel: () => gone.resolve(),
      }),
    );
  await withServer(endless, async (client) => {
    const abort = new AbortController();
    const stream = await client.stream({ path: "/", signal: abort.signal });
    const reader = stream.getReader();
    assertEquals((await reader.read()).value, Uint8Array.of(1, 2, 3));
    abort.abort();
    await assertRejects(() => reader.read());
    await gone.promise;
  });
});

Deno.test("without a listening daemon the exit code is 3 and the message says why", async () => {
  await withFolder(async (folder) => {
    using none = new AdminClient(`${folder}/none.sock`);
    const missing = await failure(none);
    assertEquals(exitCodeOf(missing), 3);
    assertStringIncludes(missing.message, "no such socket; is the daemon running?");
    await leaveStaleSocket(`${folder}/stale.sock`);
    using stale = new AdminClient(`${folder}/stale.sock`);
    const refused = await failure(stale);
    assertEquals(exitCodeOf(refused), 3);
    assertStringIncludes(refused.message, "no daemon is listening there");
  });
});

/** Returns what `status` prints of an unreachable daemon whose configuration cannot start. */
async function absence(folder: string, error: unknown): Promise<string> {
  await Deno.writeTextFile(`${folder}/broken.toml`, 'mode = "neither"\n');
  const values = new Map([["config", `${folder}/broken.toml`]]);
  return (await assertRejects(() => explainAbsence(error, { values }), CommandError)).message;
}

Deno.test("a daemon that hangs is named as such, and not as one that would not start", async () => {
  await withFolder(async (folder) => {
    const listener = Deno.listen({ transport: "unix", path: `${folder}/hung.sock` });
    using hung = new AdminClient(`${folder}/hung.sock`, 100);
    const error = await failure(hung);
    listener.close();
    assertEquals([exitCodeOf(error), error instanceof UnreachableError], [3, true]);
    assertStringIncludes(error.message, "it does not answer within 0.1 s, so it hangs");
    assertEquals(await absence(folder, error), error.message);
    using none = new AdminClient(`${folder}/none.sock`);
    assertStringIncludes(await absence(folder, await failure(none)), "It would not start now:");
  });
});
