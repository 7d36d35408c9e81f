import { printable } from "../printable.ts";

/** A problem in a configuration file. */
export interface ConfigIssue {
  /** Key, such as `tunnel.listen` or `clients[0].name`; empty for the whole file. */
  path: string;
  /** Line number, from 1; undefined if the problem is not on a particular line. */
  line: number | undefined;
  message: string;
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
}

function formatIssue(file: string, { path, line, message }: ConfigIssue): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return printable(path === "" ? `${place}: ${message}` : `${place}: ${path}: ${message}`);
}
