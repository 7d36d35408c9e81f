import { assert, assertEquals } from "@std/assert";
import { ConfigError } from "../../src/config/config_error.ts";
import { parseConfig } from "../../src/config/load.ts";
import { FINDINGS } from "../../src/messages/findings.ts";

const GOLDEN = new URL("mistakes.txt", import.meta.url);
const SERVER = (await Deno.readTextFile(new URL("valid/server.toml", import.meta.url)))
  .replace('mac = "own"\n', "");

/**
 * A mistake and what is said about it: a replacement in SERVER, or a whole file, as JSON,
 * and a line for each issue.
 */
interface Mistake {
  /** Its lines in the golden file, without what is said. */
  input: string[];
  said: string[];
}

const MISTAKES: Mistake[] = (await Deno.readTextFile(GOLDEN)).trimEnd().split("\n\n").map(
  (block) => {
    const lines = block.split("\n");
    const isInput = (line: string) => /^(?:file|replace|with) /.test(line);
    return { input: lines.filter(isInput), said: lines.filter((line) => !isInput(line)) };
  },
);

function sourceOf({ input: [first, second] }: Mistake): string {
  const json = (line: string): string => JSON.parse(line.slice(line.indexOf(" ")));
  if (second === undefined) return json(first);
  assert(SERVER.includes(json(first)), first);
  return SERVER.replace(json(first), () => json(second));
}

/** What is said about a configuration: a line for each issue, with its code. */
function issuesOf(source: string): string[] {
  try {
    parseConfig(source, "/x.toml");
    return ["valid"];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const lines = error.message.replaceAll("/x.toml", "").split("\n");
    return lines.map((line, at) => `${line} [${error.issues[at].code}]`);
  }
}

if (Deno.env.has("UPDATE_GOLDEN")) {
  const blocks = MISTAKES.map((it) => [...it.input, ...issuesOf(sourceOf(it))].join("\n"));
  await Deno.writeTextFile(GOLDEN, `${blocks.join("\n\n")}\n`);
}

Deno.test("each mistake in a configuration gets its sentence, with line, code and remedy", () => {
  assert(MISTAKES.length > 100, `${MISTAKES.length} mistakes`);
  for (const mistake of MISTAKES) {
    assertEquals([...mistake.input, ...issuesOf(sourceOf(mistake))], [
      ...mistake.input,
      ...mistake.said,
    ]);
  }
});

Deno.test("every issue of a configuration has a known code, words and a remedy", () => {
  for (const mistake of MISTAKES) {
    try {
      parseConfig(sourceOf(mistake), "/x.toml");
    } catch (error) {
      assert(error instanceof ConfigError);
      for (const { code, severity, place, words, remedy } of error.findings) {
        assert(code in FINDINGS && severity === "error" && place?.file === "/x.toml");
        for (const text of [words, remedy]) {
          assert(text !== "" && !/[.\s]$/.test(text), `${mistake.input.join(" ")}: "${text}"`);
        }
      }
    }
  }
});

Deno.test("no message shows a secret that was pasted into a configuration or named as one", () => {
  const secret = "0123456789abcdef".repeat(4);
  for (
    const source of [
      secret,
      `${secret}\n${secret}\n`,
      `# mine\n${secret} = 1\n`,
      `secret ${secret}`,
      `secret: ${secret}`,
      `secret = ${secret}`,
      `secret = "x" ${secret}`,
      SERVER.replace("branch-1.secret", secret),
      SERVER.replace('"branch-1.secret"', `["a", "${secret}"]`),
    ]
  ) {
    const said = issuesOf(source).join("\n");
    assert(!said.includes(secret.slice(0, 40)), said);
    assert(said !== "valid");
  }
});
