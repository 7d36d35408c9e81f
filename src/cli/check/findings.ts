/** Problems and notes found by checks. */
export class Findings {
  /** Problems that prevent the proxy from working. */
  readonly problems: string[] = [];
  /** Warnings. */
  readonly notes: string[] = [];

  /** Runs one check; records its exception as a problem and then returns undefined. */
  async attempt<T>(check: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await check();
    } catch (error) {
      this.problems.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}
