import { CATALOGUE, type Section } from "./catalogue.ts";

/** Returns docs/messages.md, in Markdown. */
export function messagesPage(): string {
  return `${INTRODUCTION}\n${CATALOGUE.map(sectionPage).join("\n")}`;
}

const INTRODUCTION = `# Messages

What the daemon's fixed words mean, and what to do about them. \`pppoe-proxy explain WORD\` shows the
same for one word. This page is generated from the program's own tables by \`deno task man\`.
`;

/** The anchor of a word in docs/messages.md, such as `drop-reason-padi-rate`. */
export function messageAnchor(kind: string, word: string): string {
  return `${kind} ${word}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

function sectionPage({ title, kind, seen, words }: Section): string {
  const rows = Object.entries(words).sort(([one], [other]) => one < other ? -1 : 1);
  const table = rows.map(([word, { meaning, action }]) =>
    `| <a id="${messageAnchor(kind, word)}"></a>\`${word}\` | ${meaning} | ${
      action ?? "Nothing."
    } |`
  );
  return `## ${title}

${seen}

| word | meaning | what to do |
| --- | --- | --- |
${table.join("\n")}
`;
}
