/** Single Ethernet frames through the codecs of src/pppoe. */
import {
  CODE_PADI,
  CODE_PADR,
  MAX_DISCOVERY,
  TAG_END_OF_LIST,
} from "../../../src/pppoe/constants.ts";
import { padoError, padsError } from "../../../src/pppoe/discovery.ts";
import { dumpDiscovery } from "../../../src/pppoe/dump.ts";
import { errorText, genericError, isErrorTag } from "../../../src/pppoe/error_tags.ts";
import { type DiscoveryPacket, encodeDiscovery, parseDiscovery } from "../../../src/pppoe/frame.ts";
import { pppProtocol } from "../../../src/pppoe/ppp.ts";
import { checkDiscovery } from "../../../src/pppoe/rules.ts";
import { payloadLength, sessionFault } from "../../../src/pppoe/session_frame.ts";
import { encodeTags, readTags, type Tag } from "../../../src/pppoe/tags.ts";
import { decodeLineId } from "../../../src/pppoe/vendor_tag.ts";
import { discoveryFrame, PROTOCOL_WORDS, sessionFrame } from "../generators.ts";
import { must, mustBePrintable, sameBytes, type Target } from "../target.ts";

/** Maximum length of a dump: 24 tags of 64 bytes, each byte escaped. */
const LONGEST_DUMP = 24 * 64 * 6 + 2_000;

export const frames: Target = {
  name: "frames",
  text: false,
  maxLength: 1_600,
  dictionary: PROTOCOL_WORDS,
  generate: (random) => random.oneIn(4) ? sessionFrame(random) : discoveryFrame(random),
  run(frame) {
    const dump = dumpDiscovery(frame);
    mustBePrintable(dump);
    must(dump.length <= LONGEST_DUMP, `a dump of ${dump.length} characters`);
    const session = sessionOutcome(frame);
    const packet = parseDiscovery(frame);
    return [session, typeof packet === "string" ? packet : packetOutcome(frame, packet)];
  },
};

function sessionOutcome(frame: Uint8Array): string {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const fault = sessionFault(view, 0, frame.length);
  if (fault !== undefined) return fault;
  const length = payloadLength(view, 0);
  must(20 + length <= frame.length, "a payload extends beyond its frame");
  const protocol = pppProtocol(frame, 20, length);
  must(protocol === 0 || (protocol & 0x101) === 1, `PPP protocol ${protocol} is impossible`);
  return "session";
}

function packetOutcome(frame: Uint8Array, packet: DiscoveryPacket): string {
  const again = encodeDiscovery(packet);
  must(sameBytes(again, frame.subarray(0, again.length)), "the packet was encoded differently");
  const tags = readTags(packet.tags);
  if (typeof tags === "string") return tags;
  const list = encodeTags(tags);
  must(sameBytes(list, packet.tags.subarray(0, list.length)), "the tags were encoded differently");
  const rest = packet.tags.subarray(list.length);
  const ended = rest.length === 0 || (rest[0] << 8 | rest[1]) === TAG_END_OF_LIST;
  must(ended, "the tags end early without an End-Of-List");
  for (const tag of tags) {
    decodeLineId(tag);
    if (isErrorTag(tag)) must(errorText(tag).length <= 200, "an error text is too long");
  }
  const fault = checkDiscovery(packet, tags);
  if (fault !== undefined) return fault;
  if (packet.code === CODE_PADI || packet.code === CODE_PADR) refusals(packet, tags);
  return "packet";
}

/** Checks that the refusal of any request is a valid packet that fits into a frame. */
function refusals(request: DiscoveryPacket, tags: Tag[]): void {
  const asked = { ...request, destination: 0x02_00_00_00_00_02 };
  for (const refuse of [padsError, padoError]) {
    const frame = refuse(asked, tags, genericError("no room for a relay's tag"));
    must(
      frame.length <= 14 + MAX_DISCOVERY || request.tags.length > 1_494,
      "a refusal is too long",
    );
    const packet = parseDiscovery(frame);
    must(typeof packet !== "string", "a refusal is not a packet");
    const answered = readTags(packet.tags);
    must(typeof answered !== "string", "a refusal has malformed tags");
    must(checkDiscovery(packet, answered) === undefined, "a refusal violates a rule");
    must(isErrorTag(answered[0]), "a refusal has no error tag");
  }
}
