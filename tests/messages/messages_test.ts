import { assert, assertEquals } from "@std/assert";
import { clientSchema, serverSchema } from "../../src/config/schema.ts";
import { keyPaths } from "../../src/config/table.ts";
import { allWords, CATALOGUE, findWord } from "../../src/messages/catalogue.ts";
import { messagesPage } from "../../src/messages/messages_page.ts";
import { LOG_MESSAGES } from "../../src/messages/log_messages.ts";
import { pppoeProxy } from "../cli/process.ts";
import { ROOT, sources } from "../sources.ts";

const EXPLANATIONS = CATALOGUE.flatMap(({ words }) => Object.entries(words));

Deno.test("docs/messages.md is up to date with `deno task man`", async () => {
  const written = await Deno.readTextFile(`${ROOT}docs/messages.md`);
  assert(written === messagesPage(), "docs/messages.md is out of date: run `deno task man`");
});

// The compiler makes sure of the opposite: that no message, reason or event is without one.
Deno.test("every explained log message is logged somewhere", () => {
  const code = [...sources("src")].filter((path) => !path.startsWith("src/messages/"))
    .map((path) => Deno.readTextFileSync(ROOT + path)).join("\n");
  assertEquals(Object.keys(LOG_MESSAGES).filter((word) => !code.includes(`"${word}"`)), []);
});

Deno.test("explanations are sentences, and name only settings that exist", () => {
  const paths = new Set(
    [serverSchema(), clientSchema()].flatMap((one) => [...keyPaths(one)]),
  );
  for (const [word, { meaning, action }] of EXPLANATIONS) {
    for (const text of [meaning, action ?? "Nothing."]) {
      assert(/^[A-Z`].*[^ .]\.$/.test(text), `${word}: ${text}`);
      for (const [, section, key] of text.matchAll(/`\[([\w.]+)\](?: (\w+))?`/g)) {
        const path = key === undefined ? section : `${section}.${key}`;
        assert(paths.has(path), `${word} names [${section}] ${key}`);
      }
    }
  }
});

Deno.test("explain says what a word means, once for each kind that has it", async () => {
  assertEquals(findWord("replaced").map(({ kind }) => kind), [
    "end of a session",
    "end of a tunnel",
  ]);
  const { code, stdout } = await pppoeProxy(["explain", "padi-rate"]);
  assertEquals(code, 0);
  assert(stdout.startsWith("padi-rate (drop reason)\n  "), stdout);
  const json = await pppoeProxy(["explain", "tunnel up", "--json"]);
  assertEquals(JSON.parse(json.stdout).explanations, [
    { kind: "log message", meaning: "A tunnel is up." },
  ]);
});

Deno.test("explain suggests a word for one that it does not know", async () => {
  const { code, stderr } = await pppoeProxy(["explain", "padi-rte"]);
  assertEquals([code, stderr.includes('did you mean "padi-rate"')], [2, true], stderr);
  assert(allWords().length > 100);
});
