import { isDeepStrictEqual } from "node:util";
import { type Change, compareConfigs, type Difference, mergeConfigs } from "../config/diff.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/types.ts";
import { configureLogging, logger } from "../log.ts";
import type { Monitor } from "./monitor.ts";

const log = logger("config");

/** The result of a reload. */
export interface ReloadReport {
  result: "applied" | "unchanged";
  /** Differences that are now in use. */
  applied: Change[];
  /** Differences that apply at the next start. */
  needsRestart: Change[];
}

/** A reload was requested during another one. */
export class ReloadInProgressError extends Error {
  override name = "ReloadInProgressError";

  constructor() {
    super("Cannot reload: reload already in progress; wait for its end and try again");
  }
}

/** A valid configuration, with its files read. */
export interface Prepared {
  /** Files whose content differs from the one in use. */
  content: Change[];
  /** Applies the settings to every part of the daemon. If it throws, nothing has changed. */
  commit(): Promise<void>;
}

/**
 * Reloads the configuration, one reload at a time. Afterwards, either everything of the new
 * configuration that a running daemon can change is in use or, after an error, nothing is.
 *
 *     idle ──reload()──▶ reading ──valid──▶ taking over ──▶ idle
 *      ▲                    └───────error──────┴──────────────┘
 */
export class Reloader<C extends Config> {
  #config: C;
  #monitor: Monitor;
  #prepare: (config: C) => Promise<Prepared>;
  #busy = false;

  /** `prepare` changes nothing and throws ConfigError. */
  constructor(config: C, monitor: Monitor, prepare: (config: C) => Promise<Prepared>) {
    this.#config = config;
    this.#monitor = monitor;
    this.#prepare = prepare;
  }

  /** The configuration in use: a snapshot, which a reload replaces. */
  get config(): C {
    return this.#config;
  }

  /**
   * Throws ConfigError for faults in the file or in the files it names, and ReloadInProgressError.
   */
  async reload(): Promise<ReloadReport> {
    if (this.#busy) {
      log.warning("reload already in progress");
      throw new ReloadInProgressError();
    }
    this.#busy = true;
    try {
      const report = await this.#reload();
      this.#tell(report);
      return report;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      for (const line of message.split("\n")) log.error("reload failed", { error: line });
      this.#monitor.reloaded("failed", { error: message });
      throw error;
    } finally {
      this.#busy = false;
    }
  }

  async #reload(): Promise<ReloadReport> {
    const before = this.#config;
    const next = await loadConfig(before.file);
    const difference = compareConfigs(before, next);
    const merged = mergeConfigs<Config>(before, next) as C;
    const prepared = await this.#prepare(merged);
    const applied = appliedOf(difference, prepared.content);
    await prepared.commit();
    this.#config = merged;
    if (!isDeepStrictEqual(before.log, merged.log)) configureLogging(merged.log);
    const result = applied.length > 0 ? "applied" : "unchanged";
    return { result, applied, needsRestart: difference.restart };
  }

  #tell({ result, applied, needsRestart }: ReloadReport): void {
    const keys = (changes: readonly Change[]): string => changes.map(({ key }) => key).join(" ");
    const facts = { ...(applied.length > 0 && { applied: keys(applied) }) };
    log.info("reloaded", { result, ...facts });
    if (needsRestart.length > 0) log.warning("restart needed", { keys: keys(needsRestart) });
    this.#monitor.reloaded(result, { ...facts, needs_restart: keys(needsRestart) });
  }
}

/** Joins the changes: a changed setting that names another file counts once, not twice. */
function appliedOf({ live }: Difference, content: readonly Change[]): Change[] {
  const keys = new Set(live.map(({ key }) => key));
  return [...live, ...content.filter(({ key }) => !keys.has(key))];
}
