/** What `check` found. */
export class Findings {
  /** What keeps the proxy from working. */
  readonly problems: string[] = [];
  /** What is worth knowing. */
  readonly notes: string[] = [];

  /** Runs one check; what it throws is a problem, and gives undefined. */
  async attempt<T>(check: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await check();
    } catch (error) {
      this.problems.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}
