import type { FindingCode } from "../messages/findings.ts";
import { printable } from "../printable.ts";
import { MAX_PROBLEMS } from "./toml/outline_faults.ts";
import { type Finding, formatPlace, sentence } from "./finding.ts";

/** A problem in a configuration file. */
export interface ConfigIssue {
  code: FindingCode;
  /** Key, such as `tunnel.listen` or `clients[0].name`; empty for the whole file. */
  path: string;
  /** Line number, from 1; undefined if the problem is not on a particular line. */
  line: number | undefined;
  /** The environment variable that sets the key, if one does. */
  variable?: string;
  /** What is wrong. */
  words: string;
  /** What to do. */
  remedy: string;
}

/** Maximum length of each text of an issue, which may quote the file. */
const MAX_TEXT = 400;
/** How many of its last characters a shortened text keeps. */
const TEXT_END = 120;

/** An invalid configuration. The message has one line per issue, of the first `MAX_PROBLEMS`. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly file: string;
  readonly issues: readonly ConfigIssue[];

  constructor(file: string, issues: readonly ConfigIssue[]) {
    const reported = issues.slice(0, MAX_PROBLEMS).map(shortened);
    super(reported.map((issue) => formatIssue(file, issue)).join("\n"));
    this.file = file;
    this.issues = reported;
  }

  /** The issues as findings. */
  get findings(): Finding[] {
    return this.issues.map((issue) => toFinding(this.file, issue));
  }
}

function toFinding(
  file: string,
  { code, path, line, variable, words, remedy }: ConfigIssue,
): Finding {
  const place = {
    file,
    ...(line !== undefined && { line }),
    ...(variable !== undefined && { variable }),
    ...(path !== "" && { key: path }),
  };
  return { code, severity: "error", place, words, remedy };
}

function formatIssue(file: string, issue: ConfigIssue): string {
  const { place = { file } } = toFinding(file, issue);
  return printable(`${formatPlace(place)}: ${sentence(issue)}`);
}

/** An issue whose texts have a limited length. */
function shortened(issue: ConfigIssue): ConfigIssue {
  const { path, words, remedy } = issue;
  return { ...issue, path: cut(path), words: cut(words), remedy: cut(remedy) };
}

/** Replaces the middle of a long text; what is wrong is at its start, or at its end. */
function cut(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  return `${text.slice(0, MAX_TEXT - TEXT_END)}…${text.slice(-TEXT_END)}`.toWellFormed();
}
