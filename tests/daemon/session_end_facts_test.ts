import { assert, assertEquals } from "@std/assert";
import { TAG_GENERIC_ERROR } from "../../src/pppoe/constants.ts";
import { acSystemError, genericError, serviceNameError } from "../../src/pppoe/error_tags.ts";
import { encodeTags } from "../../src/pppoe/tags.ts";
import { closedFacts, endedBy, errorWords } from "../../src/daemon/session_end_facts.ts";
import { END_CODES, type SessionEnd } from "../../src/proxy/session/session_end.ts";
import { BYTES_FROM_WIRE, BYTES_TO_WIRE, COUNTERS } from "../../src/proxy/session/session_table.ts";
import { dial, within } from "../proxy/dial.ts";

const NONE = new Uint8Array(0);

Deno.test("every end was begun by a host, an operator or a side of the tunnel", () => {
  const begun = new Set(["customer", "ac", "admin", "client", "server"]);
  for (const end of Object.keys(END_CODES) as SessionEnd[]) {
    for (const side of ["client", "server"] as const) {
      assert(begun.has(endedBy(end, { side, tags: NONE })));
    }
  }
  const detail = { side: "server", tags: NONE } as const;
  assertEquals([endedBy("idle", detail), endedBy("padt-ac", detail)], ["server", "ac"]);
  assertEquals(endedBy("lcp-terminated", { ...detail, host: "customer" }), "customer");
});

Deno.test("a host's error tags are shown with their names, printable and bounded", () => {
  const tags = encodeTags([serviceNameError(""), acSystemError("out of\u001b[2J\u202e ids\nx")]);
  assertEquals(
    errorWords(tags),
    String.raw`Service-Name-Error, AC-System-Error "out of\u001b[2J\u202e ids\nx"`,
  );
  assertEquals(errorWords(new Uint8Array(0)), undefined);
  assertEquals(errorWords(Uint8Array.of(2, 3, 255)), undefined);
  const long = { type: TAG_GENERIC_ERROR, value: new Uint8Array(1_400).fill(0x61) };
  assert((errorWords(encodeTags([long])) ?? "").length <= 200);
  assert((errorWords(encodeTags(Array(200).fill(genericError("x")))) ?? "").length <= 200);
});

Deno.test("a closed session is logged with its cause, names, duration and traffic of both ways", () =>
  within({}, async (path) => {
    await dial(path);
    const tags = encodeTags([genericError("bye")]);
    for (
      const [mode, { proxy }] of [["server", path.server], ["client", path.clients[0]]] as const
    ) {
      const { table } = proxy.sessions;
      const [session] = table;
      table.counters[session.index * COUNTERS + BYTES_FROM_WIRE] = 10;
      table.counters[session.index * COUNTERS + BYTES_TO_WIRE] = 20;
      const time = session.openedAt + 61_234;
      const facts = closedFacts(mode, session, "admin", { side: "server", tags }, table, time);
      const { reason, by, side, words, ac_name, session_id, duration_s, bytes_up, bytes_down } =
        facts;
      assertEquals(
        [reason, by, side, words, ac_name, session_id, duration_s],
        ["admin", "admin", "server", 'Generic-Error "bye"', "ac-1", 0x11, 61.2],
      );
      assertEquals([bytes_up, bytes_down], mode === "client" ? [10, 20] : [20, 10]);
    }
  }));
