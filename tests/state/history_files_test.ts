import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeAmount, encodeAmount } from "../../src/history/compact.ts";
import { CLIENT_COLUMNS, TOTAL_COLUMNS } from "../../src/history/columns.ts";
import { HistoryFiles, MAX_FILE, MAX_FILES } from "../../src/state/history_files.ts";
import { decodeMinutes, encodeMinute, type MinuteRecord } from "../../src/state/minute_record.ts";
import { StateError } from "../../src/state/state_error.ts";
import { refuseLinks } from "../../src/state/store.ts";
import { inDirectory } from "./sessions.ts";

const FIRST = Math.floor(1_700_000_000_000 / 3_600_000) * 60;

const values = (count: number) =>
  fc.array(fc.oneof(fc.nat(), fc.constant(NaN)), { minLength: count, maxLength: count });
const record = fc.record({
  minute: fc.record({
    step: fc.nat(),
    covered: fc.nat(60_000),
    total: values(TOTAL_COLUMNS),
    clients: fc.array(
      fc.tuple(
        fc.string({ unit: "binary" }),
        values(CLIENT_COLUMNS).map((all) => all.map((one) => decodeAmount(encodeAmount(one)))),
      ),
      { maxLength: 5 },
    ),
  }),
  events: fc.array(
    fc.record({
      time: fc.nat(),
      kind: fc.string(),
      facts: fc.dictionary(fc.string().filter((key) => key !== "__proto__"), fc.string()),
    }),
    { maxLength: 5 },
  ),
});

/** A minute that carried `step` bytes. */
function minute(step: number, more: Partial<MinuteRecord> = {}): MinuteRecord {
  const total = new Array(TOTAL_COLUMNS).fill(step);
  return { minute: { step, covered: 60_000, total, clients: [] }, events: [], ...more };
}

interface Told {
  troubles: string[];
  lost: number[];
}

function open(directory: string): { files: HistoryFiles } & Told {
  const told: Told = { troubles: [], lost: [] };
  const files = new HistoryFiles(directory, {
    onTrouble: (message) => told.troubles.push(message),
    onRecovery: (lost) => told.lost.push(lost),
  });
  return { files, ...told };
}

function stepsIn(directory: string): number[] {
  return open(directory).files.load().map(({ minute: { step } }) => step);
}

Deno.test("any minutes are read as they were written; a torn one ends what can be read", () => {
  fc.assert(fc.property(fc.array(record, { maxLength: 4 }), fc.nat(), (records, cut) => {
    const encoded = records.map((one) => encodeMinute(one as MinuteRecord));
    const bytes = Uint8Array.from(encoded.flatMap((one) => [...one]));
    assertEquals(decodeMinutes(bytes), { records, length: bytes.length });
    const at = bytes.length === 0 ? 0 : cut % bytes.length;
    const torn = decodeMinutes(bytes.subarray(0, at));
    assertEquals(torn.records, records.slice(0, torn.records.length));
    assert(torn.length <= at);
  }));
});

Deno.test("any bytes are read without an error", () => {
  const flip = fc.record({ at: fc.nat(), bits: fc.integer({ min: 1, max: 255 }) });
  fc.assert(fc.property(record, fc.array(flip, { maxLength: 8 }), (one, flips) => {
    const bytes = encodeMinute(one as MinuteRecord);
    for (const { at, bits } of flips) bytes[at % bytes.length] ^= bits;
    assert(decodeMinutes(bytes).length <= bytes.length);
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    assert(decodeMinutes(bytes).length <= bytes.length);
  }));
});

Deno.test("S6: the events of many sessions in a minute leave out no other event of it", () => {
  const facts = { detail: "x".repeat(300) };
  const event = (kind: string, time: number) => ({ time, kind, facts });
  const sessions = Array.from({ length: 1_000 }, (_, i) => event("session-opened", 3 + i));
  const events = [event("tunnel-lost", 1), event("ac-refused", 2), ...sessions];
  const [{ events: kept }] = decodeMinutes(encodeMinute(minute(1, { events }))).records;
  assertEquals(kept.slice(0, 2), events.slice(0, 2));
  assertEquals(kept.slice(2), sessions.slice(2 - kept.length));
  assertEquals(kept.length > 50, true);
});

Deno.test("events beyond 64 KiB a minute are left out, oldest first", () => {
  const events = Array.from({ length: 200 }, (_, time) => ({
    time,
    kind: "refused",
    facts: { text: "é".repeat(1_000) },
  }));
  const bytes = encodeMinute(minute(1, { events }));
  assert(bytes.length < 66_000, `${bytes.length} bytes`);
  const [{ events: kept }] = decodeMinutes(bytes).records;
  assertEquals(kept.at(-1)?.time, 199);
  assert(kept.length > 5);
});

Deno.test("minutes are kept in one file an hour, and the oldest files go", () =>
  inDirectory(async (directory) => {
    const { files, troubles } = open(directory);
    for (let hour = 0; hour < MAX_FILES + 3; hour++) {
      await files.append(minute(FIRST + 60 * hour));
      await files.append(minute(FIRST + 60 * hour + 59));
    }
    assertEquals(troubles, []);
    const names = [...Deno.readDirSync(`${directory}/history`)].map(({ name }) => name).sort();
    assertEquals([names.length, names[0]], [MAX_FILES, "20231115T01Z.minutes"]);
    assertEquals(stepsIn(directory).slice(0, 3), [FIRST + 180, FIRST + 239, FIRST + 240]);
    assertEquals(Deno.statSync(`${directory}/history/${names[0]}`).mode, 0o100600);
  }));

Deno.test("files of a clock that was ahead go before those of the hours since it is right", () =>
  inDirectory(async (directory) => {
    const { files } = open(directory);
    const ahead = FIRST + 60 * 24 * 365;
    for (let hour = 0; hour < MAX_FILES; hour++) await files.append(minute(ahead + 60 * hour));
    for (let hour = 0; hour < 3; hour++) await files.append(minute(FIRST + 60 * hour));
    assertEquals(stepsIn(directory).slice(0, 3), [FIRST, FIRST + 60, FIRST + 120]);
    assertEquals(stepsIn(directory).length, MAX_FILES);
  }));

Deno.test("what a kill left unfinished is cut off, so that later minutes are read", () =>
  inDirectory(async (directory) => {
    await open(directory).files.append(minute(FIRST));
    const path = `${directory}/history/20231114T22Z.minutes`;
    const whole = Deno.statSync(path).size;
    Deno.writeFileSync(path, encodeMinute(minute(FIRST + 1)).subarray(0, 30), { append: true });
    const { files } = open(directory);
    assertEquals(files.load().length, 1);
    assertEquals(Deno.statSync(path).size, whole);
    await files.append(minute(FIRST + 2));
    assertEquals(stepsIn(directory), [FIRST, FIRST + 2]);
  }));

Deno.test("a file that cannot be written is reported once, and again when it can", () =>
  inDirectory(async (directory) => {
    const { files, troubles, lost } = open(directory);
    Deno.writeTextFileSync(`${directory}/history`, "");
    for (const step of [0, 1, 2]) await files.append(minute(FIRST + step));
    assertEquals(troubles.length, 1);
    assert(troubles[0].startsWith(`Cannot keep the history in "${directory}/history": `));
    Deno.removeSync(`${directory}/history`);
    await files.append(minute(FIRST + 3));
    assertEquals([lost, stepsIn(directory)], [[3], [FIRST + 3]]);
  }));

Deno.test("a file does not grow beyond its limit, nor is a link followed", () =>
  inDirectory(async (directory) => {
    const { files, troubles } = open(directory);
    await files.append(minute(FIRST));
    const path = `${directory}/history/20231114T22Z.minutes`;
    Deno.truncateSync(path, MAX_FILE - 10);
    await files.append(minute(FIRST + 1));
    assertEquals([Deno.statSync(path).size, troubles.length], [MAX_FILE - 10, 1]);
    Deno.removeSync(path);
    Deno.writeTextFileSync(`${directory}/other`, "");
    Deno.symlinkSync(`${directory}/other`, path);
    await files.append(minute(FIRST + 1));
    assertEquals(Deno.statSync(`${directory}/other`).size, 0);
  }));

Deno.test("T6: a directory of the history that is a symbolic link is refused", () =>
  inDirectory((directory) => {
    Deno.mkdirSync(`${directory}/other`);
    refuseLinks(directory);
    Deno.symlinkSync("other", `${directory}/history`);
    assertThrows(() => refuseLinks(directory), StateError, "is a symbolic link");
  }));
