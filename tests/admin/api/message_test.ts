import { assertEquals } from "@std/assert";
import { CATALOGUE } from "../../../src/messages/catalogue.ts";
import { withDaemon } from "../daemon.ts";

Deno.test("every word that the page explains is explained by the daemon, any other is refused", () =>
  withDaemon({}, async ({ ask }) => {
    for (const { kind, words } of CATALOGUE) {
      for (const [word, { meaning, action }] of Object.entries(words)) {
        const answer = await ask(`/api/v1/messages/${encodeURIComponent(word)}`);
        const { explanations } = await answer.json();
        const found = explanations.find((each: { kind: string }) => each.kind === kind);
        assertEquals(found, { kind, meaning, ...(action !== undefined && { action }) }, word);
      }
    }
    for (const word of ["constructor", "no-such-word", "%25"]) {
      const answer = await ask(`/api/v1/messages/${word}`);
      assertEquals([answer.status, (await answer.json()).status], [404, 404], word);
    }
  }));
