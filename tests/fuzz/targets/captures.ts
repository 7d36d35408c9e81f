/** PPP frames through masking and the capture writer, and the same bytes as a capture stream. */
import { BlockError, blocksOf, BlockSplitter, droppedOf } from "../../../src/capture/blocks.ts";
import { Capture } from "../../../src/capture/capture.ts";
import { CaptureClock } from "../../../src/capture/capture_clock.ts";
import { MASK, maskSecrets } from "../../../src/capture/mask.ts";
import { BLOCK_STATISTICS, sectionBlock, statisticsBlock } from "../../../src/capture/pcapng.ts";
import {
  chapText,
  chapValue,
  eap,
  echoRequest,
  papAnswer,
  papRequest,
  protocolReject,
} from "../../capture/frames.ts";
import { drain } from "../../capture/captured.ts";
import { readPcapng } from "../../capture/read_pcapng.ts";
import type { Random } from "../random.ts";
import { must, sameBytes, type Target } from "../target.ts";

/** Stands for the bytes of a secret. */
const MARK = 0x5a;
/**
 * Size of all possible headers in front of a secret: credits, address and control, protocol and
 * header of LCP, protocol and header of the rejected packet, and a count. After them, at most one
 * more count follows.
 */
const HEADS = 8 + 2 + 2 + 4 + 2 + 4 + 1;

const words = (...values: number[]): Uint8Array[] =>
  values.map((value) => Uint8Array.of(value >> 8, value));

export const captures: Target = {
  name: "captures",
  text: false,
  maxLength: 2_000,
  dictionary: [
    ...words(0xc021, 0xc023, 0xc223, 0xc227, 0xc027, 0xc281, 0xff03, 0x0106, 0x0021),
    Uint8Array.of(0xc0, 0x21, 8, 1),
    sectionBlock({ application: "a" }).subarray(0, 12),
  ],
  generate(random) {
    if (random.oneIn(6)) return stream(random);
    const secret = "Z".repeat(random.below(20));
    const frame = random.pick([
      papRequest(secret, secret),
      papAnswer(2, secret),
      chapValue(random.pick([1, 2]), new Uint8Array(random.below(40)).fill(MARK), secret),
      chapText(3, secret),
      eap(2, random.below(60), new Uint8Array(random.below(40)).fill(MARK)),
      echoRequest(),
    ]);
    return random.oneIn(4) ? protocolReject(frame) : frame;
  },
  async run(input) {
    return [masking(input), await writing(input), reading(input)];
  },
};

function stream(random: Random): Uint8Array {
  const at = { seconds: 1, nanoseconds: 0 };
  const block = statisticsBlock({ id: 0, at, received: 7, dropped: random.below(1_000) });
  return Uint8Array.from([...sectionBlock({ application: "a" }), ...block]);
}

function masking(frame: Uint8Array): string {
  const room = new Uint8Array(frame.length + 8).fill(1);
  room.set(frame, 4);
  const masked = maskSecrets(room, 4, frame.length);
  must(sameBytes(room.subarray(0, 4), Uint8Array.of(1, 1, 1, 1)), "written before the frame");
  must(sameBytes(room.subarray(-4), Uint8Array.of(1, 1, 1, 1)), "written after the frame");
  const after = room.slice(4, -4);
  must(masked || sameBytes(after, frame), "a frame without secrets was changed");
  for (const [i, byte] of after.entries()) {
    must(byte === frame[i] || byte === MASK, "a byte is neither the frame's nor the mask");
  }
  const again = after.slice();
  maskSecrets(again, 0, again.length);
  must(sameBytes(again, after), "masking is not idempotent");
  if (!masked) return "plain";
  const shown = after.subarray(HEADS).filter((byte) => byte !== MASK).length;
  must(shown <= 1, () => `${shown} bytes of a secret are shown`);
  return "masked";
}

async function writing(frame: Uint8Array): Promise<string> {
  const shown = frame.slice();
  maskSecrets(shown, 0, shown.length);
  const head = new Uint8Array(20).fill(2);
  const capture = new Capture({
    filter: {},
    secrets: false,
    clock: new CaptureClock(() => 1_700_000_000_000, () => 0),
    application: "fuzz",
    place: "wan0",
    queue: 500,
  });
  capture.frame("a", "ac", true, head, frame, 0, frame.length, true);
  capture.frame(undefined, "customer", false, head, frame, 0, frame.length, false);
  capture.end();
  const [ppp, other] = readPcapng(await drain(capture)).packets;
  must(
    ppp === undefined || sameBytes(ppp.data.subarray(20), shown),
    "a frame was written differently",
  );
  must(
    other === undefined || sameBytes(other.data.subarray(20), frame),
    "a frame other than PPP was changed",
  );
  must(capture.frames + capture.dropped === 2, "a frame was neither captured nor dropped");
  return `${capture.frames} written`;
}

function reading(bytes: Uint8Array): string {
  const splitter = new BlockSplitter();
  try {
    const whole = splitter.take(bytes);
    must(whole.length + splitter.held === bytes.length, "bytes were lost");
    for (const { type, block } of blocksOf(whole)) {
      if (type === BLOCK_STATISTICS) droppedOf(block);
    }
    return whole.length > 0 ? "blocks" : "no block yet";
  } catch (error) {
    if (error instanceof BlockError) return "no pcapng";
    throw error;
  }
}
