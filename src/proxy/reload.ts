import { isDeepStrictEqual } from "node:util";
import { type Change, compareConfigs, type Difference, mergeConfigs } from "../config/diff.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/types.ts";
import { configureLogging, logger } from "../log.ts";
import type { Monitor } from "./monitor.ts";

const log = logger("config");

/** What came of a reload. */
export interface ReloadReport {
  result: "applied" | "unchanged";
  /** What differed and is in use now. */
  applied: Change[];
  /** What differs and waits for the next start. */
  needsRestart: Change[];
}

/** A reload was asked for during another one. */
export class ReloadInProgressError extends Error {
  override name = "ReloadInProgressError";

  constructor() {
    super("Cannot reload: reload already in progress; wait for its end and try again");
  }
}

/** A configuration that can be used, with its files read. */
export interface Prepared {
  /** Files whose content is not the one in use. */
  content: Change[];
  /** Has every part of the daemon take over its settings. Throws where it cannot, with no change. */
  commit(): Promise<void>;
}

/**
 * Reads the configuration in use anew, one time after the other. Either all of a new configuration
 * that a running daemon can take over is in use afterwards, or, after an error, nothing of it.
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

  /** Throws ConfigError for what is wrong in the file or with what it names, and ReloadInProgressError. */
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
    if (needsRestart.length > 0) log.warning("needs a restart", { keys: keys(needsRestart) });
    this.#monitor.reloaded(result, { ...facts, needs_restart: keys(needsRestart) });
  }
}

/** A setting that is changed brings another file's content: that is one change, not two. */
function appliedOf({ live }: Difference, content: readonly Change[]): Change[] {
  const keys = new Set(live.map(({ key }) => key));
  return [...live, ...content.filter(({ key }) => !keys.has(key))];
}
