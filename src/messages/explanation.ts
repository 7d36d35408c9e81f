/** What a word in the log, an event, a metric or `status` means, and what to do about it. */
export interface Explanation {
  /** One or two sentences. */
  readonly meaning: string;
  /** What an operator should do; undefined if nothing. */
  readonly action?: string;
}
