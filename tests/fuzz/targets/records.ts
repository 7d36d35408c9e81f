/** A stream of records through the reader, split in two different ways. */
import {
  KIND_CONTROL,
  KIND_DISCOVERY,
  KIND_SESSION,
  MAX_RECORD_BODY,
  RECORD_HEADER,
  recordHeader,
} from "../../../src/tunnel/record/record.ts";
import { MIN_RECORD_BUFFER, RecordReader } from "../../../src/tunnel/record/record_reader.ts";
import { recordBuffer } from "../../tunnel/memory_connection.ts";
import type { Random } from "../random.ts";
import { must, sameBytes, type Target } from "../target.ts";

const CONTROL_TYPES = [0, 1, 5, 6, 7, 8, 0xffff];

function header(kind: number, length: number, handle: number): Uint8Array {
  const out = new Uint8Array(RECORD_HEADER);
  new DataView(out.buffer).setUint32(0, recordHeader(kind, length, handle));
  return out;
}

/** Record headers, for mutation. */
export const RECORD_WORDS: readonly Uint8Array[] = [0, 1, 2, 3].flatMap((kind) =>
  [0, 20, 1_024, 1_025, 1_514, 1_515, MAX_RECORD_BODY].map((length) => header(kind, length, 1))
);

/** Generates some records, the last of which may be truncated. */
export function recordStream(random: Random): Uint8Array {
  const parts: number[] = [];
  for (let left = 1 + random.below(6); left > 0; left--) {
    const kind = random.oneIn(20) ? 3 : random.below(3);
    const handle = kind === KIND_CONTROL ? random.pick(CONTROL_TYPES) : random.below(4);
    const body = random.bytes(random.pick([0, 1, 8, random.below(300)]));
    parts.push(...header(kind, body.length, handle), ...body);
  }
  return Uint8Array.from(parts).slice(0, random.oneIn(3) ? random.below(parts.length) : undefined);
}

export const records: Target = {
  name: "records",
  text: false,
  maxLength: 40_000,
  dictionary: RECORD_WORDS,
  generate: recordStream,
  run(input) {
    const whole = read(input, () => input.length);
    let state = input.length;
    const pieces = read(input, () => 1 + (state = state * 31 + 7 & 0xffff) % 97);
    must(sameBytes(whole.bytes, pieces.bytes), "the records depend on where the stream is split");
    must(
      whole.violation === pieces.violation,
      "the violation depends on where the stream is split",
    );
    must(
      sameBytes(whole.bytes, input.subarray(0, whole.bytes.length)),
      "the records differ from the stream",
    );
    must(
      whole.violation !== undefined || input.length - whole.bytes.length < MAX_RECORD_BODY + 4,
      "a whole record is held back",
    );
    return [whole.violation ?? "records", `${Math.min(whole.count, 9)} records`];
  },
};

/** Reads a stream and encodes the records again. */
function read(
  input: Uint8Array,
  size: () => number,
): { bytes: Uint8Array; count: number; violation: string | undefined } {
  const buffer = recordBuffer(MIN_RECORD_BUFFER);
  const out = new Uint8Array(input.length);
  let [at, count] = [0, 0];
  const take = (kind: number) => (handle: number, offset: number, length: number) => {
    count++;
    must(offset + length <= buffer.bytes.length, "a record extends beyond the buffer");
    must(at + RECORD_HEADER + length <= out.length, "the output is longer than the input");
    out.set(header(kind, length, handle), at);
    out.set(buffer.bytes.subarray(offset, offset + length), at + RECORD_HEADER);
    at += RECORD_HEADER + length;
    return undefined;
  };
  const reader = new RecordReader(buffer, {
    session: take(KIND_SESSION),
    discovery: take(KIND_DISCOVERY),
    control: take(KIND_CONTROL),
    batchEnd() {},
  });
  let violation: string | undefined;
  for (let from = 0; from < input.length && violation === undefined;) {
    const space = reader.space();
    must(space.length > 0, "no space to read into");
    const chunk = input.subarray(from, from + Math.min(size(), space.length));
    space.set(chunk);
    violation = reader.received(chunk.length);
    from += chunk.length;
  }
  return { bytes: out.slice(0, at), count, violation };
}
