import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MAX_RECORD_BODY, type Violation } from "../../src/tunnel/record.ts";
import { RecordReader } from "../../src/tunnel/record_reader.ts";
import { CONTROL_RESERVE, DATA_LIMIT, RecordWriter } from "../../src/tunnel/record_writer.ts";
import { recordBuffer } from "./memory_connection.ts";

interface Seen {
  kind: string;
  handle: number;
  body: number[];
}

function reader(): { seen: Seen[]; feed: (bytes: Uint8Array) => Violation | undefined } {
  const seen: Seen[] = [];
  const buffer = recordBuffer();
  const take = (kind: string) => (handle: number, at: number, length: number) => {
    seen.push({ kind, handle, body: [...buffer.bytes.subarray(at, at + length)] });
    return undefined;
  };
  const records = new RecordReader(buffer, {
    session: take("session"),
    discovery: take("discovery"),
    control: take("control"),
    batchEnd: () => {},
  });
  return {
    seen,
    feed(bytes): Violation | undefined {
      records.space().set(bytes);
      return records.received(bytes.length);
    },
  };
}

/** A writer whose output is gathered, each write held until `release` is called. */
function writer(): { writer: RecordWriter; writes: Uint8Array[]; release: () => void } {
  const writes: Uint8Array[] = [];
  let held: (() => void)[] = [];
  const out = new RecordWriter({
    write(bytes): Promise<number> {
      writes.push(bytes.slice());
      return new Promise((resolve) => held.push(() => resolve(bytes.length)));
    },
  }, () => {});
  return {
    writer: out,
    writes,
    release(): void {
      const now = held;
      held = [];
      for (const go of now) go();
    },
  };
}

const record = fc.record({
  kind: fc.constantFrom("session", "discovery", "control"),
  handle: fc.integer({ min: 0, max: 0xffff }),
  body: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 300 }),
}, { noNullPrototype: true });

Deno.test("records come out as they went in, however the bytes are split", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(record, { maxLength: 20 }),
    fc.infiniteStream(fc.integer({ min: 1, max: 97 })),
    async (records, sizes) => {
      const { writer: out, writes, release } = writer();
      for (const { kind, handle, body } of records) {
        const bytes = Uint8Array.from(body);
        if (kind === "session") out.session(handle, bytes, 0, bytes.length, false);
        else if (kind === "discovery") out.discovery(handle, bytes);
        else out.control(handle, bytes);
      }
      const done = out.drained();
      release();
      await done;
      const stream = Uint8Array.from(writes.flatMap((bytes) => [...bytes]));
      const { seen, feed } = reader();
      for (let at = 0; at < stream.length;) {
        const end = Math.min(stream.length, at + sizes.next().value);
        assertEquals(feed(stream.subarray(at, end)), undefined);
        at = end;
      }
      assertEquals(seen, records);
    },
  ));
});

Deno.test("arbitrary bytes are records or a violation, never an exception", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
    reader().feed(bytes);
  }));
});

Deno.test("a session record costs four bytes on top of its payload", async () => {
  const { writer: out, writes, release } = writer();
  out.session(7, new Uint8Array(1492), 0, 1492, false);
  const done = out.drained();
  release();
  await done;
  assertEquals(writes.map(({ length }) => length), [1496]);
});

Deno.test("an unknown kind is a violation before its body has arrived", () => {
  assertEquals(reader().feed(Uint8Array.of(0xc0, 1, 0, 0)), "unknown-record-kind");
});

Deno.test("a discovery or control record beyond its limit is a violation", () => {
  assertEquals(reader().feed(Uint8Array.of(0x45, 0xeb, 0, 0)), "discovery-too-long");
  assertEquals(reader().feed(Uint8Array.of(0x84, 0x01, 0, 6)), "control-too-long");
});

Deno.test("what arrives while a write is in flight leaves together in the next one", async () => {
  const { writer: out, writes, release } = writer();
  const frame = new Uint8Array(10);
  out.session(1, frame, 0, 10, false);
  out.flush();
  for (let i = 0; i < 5; i++) {
    out.session(1, frame, 0, 10, false);
    out.flush();
  }
  assertEquals(writes.length, 1);
  const done = out.drained();
  while (out.queuedBytes > 0) {
    release();
    await new Promise((resolve) => setImmediate(resolve));
  }
  release();
  await done;
  assertEquals(writes.map(({ length }) => length), [14, 5 * 14]);
});

Deno.test("a full queue refuses data and keeps room for what is urgent", () => {
  const { writer: out } = writer();
  const frame = new Uint8Array(MAX_RECORD_BODY);
  while (out.session(1, frame, 0, frame.length, false)) { /* fill it */ }
  assertEquals(out.queuedBytes > DATA_LIMIT - frame.length - 4, true);
  assertEquals(out.session(1, frame, 0, 100, true), true);
  assertEquals(out.discovery(0, frame.subarray(0, 1514)), true);
  while (out.control(6, frame.subarray(0, 1000))) { /* fill the reserve */ }
  assertEquals(out.queuedBytes <= DATA_LIMIT + CONTROL_RESERVE, true);
});

Deno.test("a failed write is reported once, and nothing is taken after it", async () => {
  const failures: unknown[] = [];
  const out = new RecordWriter(
    { write: () => Promise.reject(new Error("gone")) },
    (cause) => failures.push(cause),
  );
  out.control(6, new Uint8Array(1));
  await out.drained();
  assertEquals(failures.length, 1);
  assertEquals(out.control(6, new Uint8Array(1)), false);
  assertEquals(out.session(1, new Uint8Array(1), 0, 1, true), false);
});

Deno.test("a reader refuses a buffer that could not hold the longest record", () => {
  const sink = { session() {}, discovery() {}, control: () => undefined, batchEnd() {} };
  assertThrows(() => new RecordReader(recordBuffer(16_384), sink), RangeError, "16384 bytes");
});
