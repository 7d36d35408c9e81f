// @ts-check
/** What happened to one customer, in order, and what to do: as `pppoe-proxy why` says. */
import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask, ProblemError } from "./api.js";
import { spoken } from "./event_words.js";
import { Empty, Name, Prose, Section, Time } from "./parts.js";

/** Interval between requests, in milliseconds: a story grows slowly. */
const PERIOD = 10_000;
/** Entries shown, the latest; `why` prints all. */
const SHOWN = 50;

/** @param {{ mac: string; client: string | undefined }} facts On a server, the client that it is behind. */
export function Story({ mac, client }) {
  const [answer, setAnswer] = useState(/** @type {any} */ (undefined));
  useEffect(() => {
    let gone = false;
    const update = () =>
      ask("GET", `customers/${encodeURIComponent(mac)}/story`).then(
        (story) => gone || setAnswer(story),
        (error) => gone || (error instanceof ProblemError && setAnswer(error)),
      );
    update();
    const timer = setInterval(update, PERIOD);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [mac]);
  const story = answer?.stories?.find((/** @type {any} */ each) => each.client === client);
  return h(
    Section,
    { id: "story", title: "What happened to this customer" },
    story === undefined
      ? h(Empty, null, answer === undefined ? "Asking…" : answer.message ?? "Nothing is known.")
      : h(Entries, { story }),
  );
}

/** @param {{ story: any }} facts */
function Entries({ story: { entries, advice } }) {
  return [
    advice && h("p", { class: "note", key: "advice" }, "What to do: ", h(Prose, { text: advice })),
    h(
      "ol",
      { class: "events", key: "entries" },
      entries.slice(-SHOWN).reverse().map((/** @type {any} */ { at, kind, words }) =>
        h(
          "li",
          { key: `${at} ${kind}` },
          h(Time, { time: at }),
          h("span", { class: "kind" }, spoken(kind)),
          h("span", { class: "facts" }, h(Name, { text: words })),
        )
      ),
    ),
  ];
}
