import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../src/cli/arguments.ts";
import { readMac } from "../../../src/cli/init/answers.ts";
import { answerTo, type Question } from "../../../src/cli/init/questions.ts";

const QUESTION: Question<string> = {
  option: "mac",
  placeholder: "own|transparent",
  text: "Which addresses?",
  suggestion: "own",
  sure: true,
  read: readMac,
};

/** A terminal at which these answers are given; the last one is the end of input. */
function terminal(...answers: string[]) {
  const asked: string[] = [];
  const ask = (text: string): string | undefined => {
    asked.push(text);
    return answers.shift();
  };
  return { asked, ask };
}

Deno.test("an option answers a question, which is then not asked", () => {
  const { asked, ask } = terminal("own");
  assertEquals(answerTo(QUESTION, "transparent", ask), "transparent");
  assertEquals(asked, []);
  assertThrows(
    () => answerTo(QUESTION, "transparant", ask),
    UsageError,
    'did you mean "transparent"?',
  );
});

Deno.test("a wrong answer is asked again with the reason, a bounded number of times", () => {
  const { asked, ask } = terminal("x", " transparent ");
  assertEquals(answerTo(QUESTION, undefined, ask), "transparent");
  assertEquals(asked.length, 2);
  assertEquals(asked[1].includes('Cannot use "x"'), true);
  const stubborn = terminal(..."xxxxxxxxxx");
  assertThrows(
    () => answerTo(QUESTION, undefined, stubborn.ask),
    UsageError,
    "nothing was written",
  );
  assertEquals(stubborn.asked.length, 5);
  assertThrows(() => answerTo(QUESTION, undefined, terminal().ask), UsageError, "No answer");
});

Deno.test("without a terminal a sure suggestion is used, and otherwise the option is needed", () => {
  assertEquals(answerTo(QUESTION, undefined, undefined), "own");
  for (const change of [{ sure: false }, { suggestion: undefined }]) {
    const asking = () => answerTo({ ...QUESTION, ...change }, undefined, undefined);
    assertThrows(asking, UsageError, 'Option "--mac own|transparent" is missing: Which addresses?');
  }
});
