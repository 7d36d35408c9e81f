/** The tables of a store. */
import type { DatabaseSync } from "node:sqlite";
import { PAST_SCHEMA } from "./accounting.ts";
import { LIVE_SCHEMA } from "./live_rows.ts";
import { STORY_SCHEMA } from "./story_rows.ts";

const IDENTITY_SCHEMA = `CREATE TABLE identity (
  mode TEXT NOT NULL,
  interface TEXT NOT NULL,
  mac TEXT NOT NULL
) STRICT`;
/** The tables of every store of this version, in the order of their creation. */
const SESSION_TABLES: readonly string[] = [IDENTITY_SCHEMA, LIVE_SCHEMA, PAST_SCHEMA];
/** Tables that a store may lack: they are added to it, and its sessions stay. */
const ADDED_TABLES: readonly string[] = [STORY_SCHEMA];

/** Creates the tables that a store lacks; the caller manages transactions. */
export function createTables(database: DatabaseSync): void {
  const found = tablesOf(database);
  for (const table of [...SESSION_TABLES, ...ADDED_TABLES]) {
    if (!found.includes(table)) database.exec(table);
  }
}

/** Whether a store has the tables of this version and no others. */
export function hasKnownTables(database: DatabaseSync): boolean {
  const tables = tablesOf(database);
  const [own, added] = [SESSION_TABLES.length, ADDED_TABLES.length];
  return tables.slice(0, own).join() === SESSION_TABLES.join() && tables.length <= own + added &&
    tables.slice(own).every((table) => ADDED_TABLES.includes(table));
}

/** Returns the definitions of a database's tables, in the order of their creation. */
function tablesOf(database: DatabaseSync): string[] {
  const tables = database.prepare("SELECT sql FROM sqlite_schema ORDER BY rowid").all();
  return tables.map(({ sql }) => String(sql));
}
