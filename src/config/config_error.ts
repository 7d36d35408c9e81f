import { printable } from "../printable.ts";

/** One thing that is wrong in a configuration file. */
export interface ConfigIssue {
  /** Such as `tunnel.listen` or `clients[0].name`; empty for the whole file. */
  path: string;
  /** Counted from 1; undefined when no line is to blame. */
  line: number | undefined;
  message: string;
}

/** A configuration cannot be used. The message has one line an issue. */
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
