/** Bodies of handshake messages, close records and other control records. */
import { CLOSE_CODES, decodeClose } from "../../../src/tunnel/close_reason.ts";
import {
  decodeChallenge,
  decodeHello,
  encodeChallenge,
  encodeHello,
  MAX_NAME_BYTES,
  NONCE_BYTES,
} from "../../../src/tunnel/handshake.ts";
import {
  decodeResumed,
  decodeSessionList,
  encodeResumed,
  encodeSessionList,
} from "../../../src/tunnel/session_list.ts";
import { decodeEnded, encodeEnded } from "../../../src/tunnel/session_ended.ts";
import { must, mustBePrintable, sameBytes, type Target, utf8 } from "../target.ts";

const NAMES = ["branch-1", "n\u00e4me-\u{1f4a1}", "\ufeffbranch-1", "\ufeff", "x".repeat(64)];

export const messages: Target = {
  name: "messages",
  text: false,
  maxLength: 300,
  dictionary: [
    Uint8Array.of(0xef, 0xbb, 0xbf), // a byte order mark
    Uint8Array.of(0xc0, 0x80), // invalid UTF-8
    Uint8Array.of(0xed, 0xa0, 0x80), // half of a surrogate pair
    utf8("branch-1"),
    utf8("\u202e\u0000\n\u001b["),
    ...Object.values(CLOSE_CODES).map((code) => Uint8Array.of(code)),
  ],
  generate(random) {
    const nonce = random.bytes(NONCE_BYTES);
    const head = { version: random.below(3), features: random.below(9), nonce };
    if (random.oneIn(3)) return encodeChallenge({ ...head, fingerprint: random.bytes(32) });
    if (random.oneIn(4)) {
      return Uint8Array.of(random.below(2), ...random.bytes(16 * random.below(4)));
    }
    if (random.oneIn(4)) return random.bytes(3 * (1 + random.below(90)));
    if (random.oneIn(3)) return Uint8Array.of(random.below(12), ...random.bytes(random.below(250)));
    return encodeHello({ ...head, name: random.pick(NAMES) });
  },
  run(body) {
    const words: string[] = [];
    const hello = decodeHello(body);
    if (hello !== undefined) {
      must(sameBytes(encodeHello(hello), body), "the hello was encoded differently");
      must(utf8(hello.name).length <= MAX_NAME_BYTES, "a name is too long");
      words.push("hello");
    }
    const challenge = decodeChallenge(body);
    if (challenge !== undefined) {
      must(sameBytes(encodeChallenge(challenge), body), "the challenge was encoded differently");
      words.push("challenge");
    }
    const list = decodeSessionList(body);
    if (list !== undefined) {
      const [again] = encodeSessionList(list.sessions);
      must(sameBytes(again.subarray(1), body.subarray(1)), "the list was encoded differently");
      words.push("sessions");
    }
    const resumed = decodeResumed(body);
    if (resumed !== undefined) {
      must(sameBytes(encodeResumed(resumed), body), "the number was encoded differently");
      words.push("resumed");
    }
    const ended = decodeEnded(body);
    if (ended !== undefined) {
      must(sameBytes(encodeEnded(ended)[0], body), "the ends were encoded differently");
      words.push("ended");
    }
    const close = decodeClose(body);
    mustBePrintable(close.detail);
    must(close.by === "peer" && close.detail.length <= 200, "an invalid close");
    return [...words, close.reason];
  },
};
