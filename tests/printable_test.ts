import { assertEquals } from "@std/assert";
import { formatText } from "../src/log_format.ts";
import { CODE_PADI, TAG_SERVICE_NAME } from "../src/pppoe/constants.ts";
import { dumpDiscovery } from "../src/pppoe/dump.ts";
import { encodeDiscovery } from "../src/pppoe/frame.ts";
import { BROADCAST } from "../src/pppoe/mac.ts";
import { encodeTags } from "../src/pppoe/tags.ts";
import { printable } from "../src/printable.ts";

/** Characters that a terminal executes, that split a line, or that show nothing or another order. */
const HIDDEN = ["\x7f", "\x9b", "\xad", "\u061c", "\u200b", "\u2028", "\u202e", "\u{e0041}"];

/** The text of a discovery packet with this Service-Name. */
function dump(name: string): string {
  const tags = encodeTags([{ type: TAG_SERVICE_NAME, value: new TextEncoder().encode(name) }]);
  const head = { source: 2, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
  return dumpDiscovery(encodeDiscovery({ ...head, tags }));
}

/** The text form of a log record with this field. */
function logged(error: string): string {
  return formatText({
    category: ["pppoe-proxy", "main"],
    level: "info",
    message: ["refused"],
    rawMessage: "refused",
    timestamp: 0,
    properties: { error },
  });
}

Deno.test("output, log and packet dumps escape the same characters, each so that it can be read back", () => {
  for (const character of HIDDEN) {
    const escaped = printable(character);
    assertEquals(JSON.parse(`"${escaped}"`), character);
    for (const text of [dump(character), logged(character)]) {
      assertEquals([text.includes(character), text.includes(`"${escaped}"`)], [false, true], text);
    }
  }
  assertEquals(printable("Łódź 北京 é 👩\u200d👧"), "Łódź 北京 é 👩\u200d👧");
});
