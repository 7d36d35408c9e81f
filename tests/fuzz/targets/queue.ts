/** A tunnel's record queue, checked against a model of what may wait, be dropped and be sent. */
import { MAX_RECORD_BODY } from "../../../src/tunnel/record/record.ts";
import { QueueModel, type QueueStep, RECORD_TYPES } from "../../tunnel/record_queue_model.ts";
import type { Random } from "../random.ts";
import { Script } from "../script.ts";
import type { Target } from "../target.ts";

const MAX_STEPS = 80;
/** Numbers of records added at once: the larger ones fill the queue. */
const COUNTS = [1, 2, 5, 20, 100, 900];
const LENGTHS = [8, 28, 60, 250, 576, 1_500, 8_000, MAX_RECORD_BODY];
const PORTIONS = [16 * 1024, 64 * 1024];

/** Generates the bytes of one step, which mostly adds records. */
function step(random: Random): number[] {
  const length = random.pick([1, 2, 4, 8, 11]);
  return random.oneIn(2)
    ? [0, ...random.bytes(5)]
    : Array.from({ length }, (_, i) => i % 2 === 0 ? 5 + random.below(6) : random.below(256));
}

export const queue: Target = {
  name: "queue",
  text: false,
  maxLength: 400,
  dictionary: [
    Uint8Array.of(0, 0, 0, 5, 5), // 900 data records of 1,500 bytes
    Uint8Array.of(0, 1, 0, 5, 1), // 900 LCP packets
    Uint8Array.of(7, 0, 10, 2, 7, 0), // in turn, 20 ms later, in turn
    Uint8Array.of(5, 1, 7, 0), // in order, in turn
  ],
  generate(random) {
    const bytes: number[] = [];
    for (let left = 1 + random.below(30); left > 0; left--) bytes.push(...step(random));
    return Uint8Array.from(bytes);
  },
  run(input) {
    const script = new Script(input);
    const model = new QueueModel();
    for (let n = 0; n < MAX_STEPS && !script.done; n++) model.take(read(script));
    model.drain();
    return model.words.size === 0 ? ["all taken"] : [...model.words.keys()];
  },
};

function read(script: Script): QueueStep {
  const action = script.u8() % 11;
  if (action < 5) {
    const what = script.pick(RECORD_TYPES);
    const number = script.u8();
    const handle = number < 192 ? 1 + number % 4 : number << 8 | 0xff;
    const [count, length] = [script.pick(COUNTS), script.pick(LENGTHS)];
    return { do: "add", what, handle, sessions: number % 8 === 7 ? count : 1, count, length };
  }
  if (action < 7) return { do: "take", max: script.pick(PORTIONS) };
  if (action < 9) return { do: "takeFairly", max: script.pick(PORTIONS) };
  if (action < 10) return { do: "sent" };
  return { do: "wait", time: script.pick([1, 5, 20]) };
}
