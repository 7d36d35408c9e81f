/** Sessions, directories and journals for tests of the store. */
import { type Identity, type Store } from "../../src/state/store.ts";
import type { JournalOptions } from "../../src/state/journal_parts.ts";
import { type Opened, openJournal } from "../../src/state/open_journal.ts";
import type { SessionRecord } from "../../src/state/record.ts";

export const IDENTITY: Identity = { mode: "server", interface: "wan0", mac: "own" };
export const START = 1_700_000_000_000;

/** Returns session number `i`; no two share a value that must be unique. */
export function session(i: number): SessionRecord {
  return {
    peer: `client-${i % 7}`,
    handle: 1 + i % 0xffff,
    customer: 0x0200_0000_0000 + i,
    concentrator: 0x0210_0000_0001,
    acSessionId: 1 + i % 0xfffe,
    wireSessionId: 1 + i % 0xfffe,
    remote: 0x0210_0000_0001,
    local: 0x0220_0000_0000 + i,
    acName: `ac-${i % 3}`,
    serviceName: i % 2 === 0 ? "" : "internet",
    proof: i % 3 === 0 ? "" : i.toString(16).padStart(32, "0"),
    openedAt: START + i,
  };
}

/** Counters that identify `i`. */
export function counters(i: number): {
  framesFromWire: number;
  bytesFromWire: number;
  framesToWire: number;
  bytesToWire: number;
} {
  return { framesFromWire: i, bytesFromWire: i * 100, framesToWire: i * 2, bytesToWire: i * 200 };
}

/** Runs a test in a temporary directory. */
export async function inDirectory(run: (directory: string) => Promise<void> | void): Promise<void> {
  const directory = Deno.makeTempDirSync({ prefix: "pppoe-state-" });
  try {
    await run(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

/** The reports of a journal. */
export interface Told {
  troubles: string[];
  recoveries: { lost: number; quarantined: Store["quarantined"] }[];
}

/** Opens a journal that records its reports; `changed` overrides options and identity. */
export function open(
  directory: string,
  changed: Partial<JournalOptions & { identity: Identity }> = {},
): Opened & Told {
  const told: Told = { troubles: [], recoveries: [] };
  const { identity = IDENTITY, ...options } = changed;
  const opened = openJournal(directory, identity, {
    now: () => START + 60_000,
    monotonic: () => 0,
    onTrouble: (message) => told.troubles.push(message),
    onRecovery: (facts) => told.recoveries.push(facts),
    ...options,
  });
  return { ...opened, ...told };
}

/** Returns the records of the restored sessions, oldest first, without counters. */
export function records(opened: Opened): SessionRecord[] {
  return opened.restored
    .map(({ counters: _counters, savedAt: _savedAt, ...record }) => record)
    .sort((a, b) => a.openedAt - b.openedAt);
}
