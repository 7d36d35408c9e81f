import type { FindingCode } from "../messages/findings.ts";
import { printable } from "../printable.ts";
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

/** An invalid configuration. The message has one line per issue. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly file: string;
  readonly issues: readonly ConfigIssue[];

  constructor(file: string, issues: readonly ConfigIssue[]) {
    super(issues.map((issue) => formatIssue(file, issue)).join("\n"));
    this.file = file;
    this.issues = issues;
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
