/** Levels of the log, the most talkative first. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;

/** How important a record is. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What records are about. */
export const LOG_TOPICS = [
  "main",
  "link",
  "tunnel",
  "auth",
  "discovery",
  "session",
  "state",
  "config",
  "admin",
  "capture",
] as const;

/** What a record is about. */
export type Topic = (typeof LOG_TOPICS)[number];

/** The lowest level that is written, and that of topics which differ. */
export interface LogLevels {
  level: LogLevel;
  topics: Partial<Record<Topic, LogLevel>>;
}
