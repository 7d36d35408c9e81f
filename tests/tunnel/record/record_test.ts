import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Violation } from "../../../src/tunnel/record/record.ts";
import { RecordReader } from "../../../src/tunnel/record/record_reader.ts";
import { recordBuffer } from "../memory_connection.ts";
import { writer } from "../held_writer.ts";

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

const record = fc.record({
  kind: fc.constantFrom("session", "discovery", "control"),
  handle: fc.integer({ min: 0, max: 0xffff }),
  body: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 300 }),
}, { noNullPrototype: true });

Deno.test("records are read as they were written, however the bytes are split", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(record, { maxLength: 20 }),
    fc.infiniteStream(fc.integer({ min: 1, max: 97 })),
    async (records, sizes) => {
      const { writer: out, writes, release } = writer();
      for (const { kind, handle, body } of records) {
        const bytes = Uint8Array.from(body);
        if (kind === "session") out.session(handle, bytes, 0, bytes.length);
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

Deno.test("arbitrary bytes are records or a violation and never cause an exception", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
    reader().feed(bytes);
  }));
});

Deno.test("a session record costs four bytes on top of its payload", async () => {
  const { writer: out, writes, release } = writer();
  out.session(7, new Uint8Array(1492), 0, 1492);
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

Deno.test("a reader refuses a buffer too small for the longest record", () => {
  const sink = { session() {}, discovery() {}, control: () => undefined, batchEnd() {} };
  assertThrows(() => new RecordReader(recordBuffer(16_384), sink), RangeError, "16384 bytes");
});
