import * as v from "valibot";
import { refuse } from "../http/problem.ts";
import type { Route } from "../http/route.ts";
import { Explained } from "./look_back_schema.ts";

/** Returns what a word means and what to do, as `pppoe-proxy explain` says it. */
export const MESSAGE: Route = {
  method: "get",
  path: "/api/v1/messages/{word}",
  summary: "What a word means, such as a drop reason or a problem's code, and what to do",
  query: v.strictObject({}),
  answers: { 200: { description: "Its meanings, one for each kind of word", schema: Explained } },
  async handle(_daemon, { params: { word } }) {
    const { findWord } = await import("../../messages/catalogue.ts");
    const explanations = findWord(word).map(({ kind, meaning, action }) => ({
      kind,
      meaning,
      ...(action !== undefined && { action }),
    }));
    if (explanations.length === 0) refuse(404, `"${word}" is not a word of the daemon`);
    return { word, explanations };
  },
};
