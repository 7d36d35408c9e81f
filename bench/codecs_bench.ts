/** Micro-benchmarks of the per-frame work of the data path and of discovery: `deno task bench`. */
import { ETHERTYPE_DISCOVERY, TAG_HOST_UNIQ, TAG_SERVICE_NAME } from "../src/pppoe/constants.ts";
import { dumpDiscovery } from "../src/pppoe/dump.ts";
import { encodeDiscovery, parseDiscovery } from "../src/pppoe/frame.ts";
import { payloadLength, sessionFault } from "../src/pppoe/session_frame.ts";
import { replaceTag } from "../src/pppoe/tag_edit.ts";
import { encodeTags, readTags } from "../src/pppoe/tags.ts";
import { FrameTable } from "../src/proxy/session/frame_table.ts";
import { TokenSigner } from "../src/proxy/discovery/token.ts";
import { RecordReader } from "../src/tunnel/record/record_reader.ts";
import { RecordWriter } from "../src/tunnel/record/record_writer.ts";

const frame = new Uint8Array(1514);
const view = new DataView(frame.buffer);
view.setUint16(12, 0x8864);
view.setUint32(14, 0x1100_0001);
view.setUint16(18, 1494);

Deno.bench("session frame: check and length", { group: "session frame", baseline: true }, () => {
  if (sessionFault(view, 0, frame.length) === undefined) payloadLength(view, 0);
});

for (const sessions of [1, 1_000, 10_000]) {
  const table = new FrameTable();
  for (let i = 0; i < sessions; i++) {
    view.setUint32(8, i + 1);
    table.insert(view, 0, i);
  }
  let at = 0;
  Deno.bench(`session lookup among ${sessions}`, { group: "session frame" }, () => {
    at = at + 7919 < sessions ? at + 7919 : 0;
    view.setUint32(8, at + 1);
    table.lookup(view, 0);
  });
}

for (const size of [44, 1494]) {
  const writer = new RecordWriter({
    outlet: {
      portion: 65_536,
      shortPortion: 16_384,
      send: (bytes) => Promise.resolve(bytes.length),
    },
    failed: () => {},
    dropped: () => {},
    now: () => performance.now(),
  });
  Deno.bench(
    `batch of 64 session records of ${size} bytes, written`,
    { group: "records" },
    async () => {
      for (let i = 0; i < 64; i++) writer.session(i, frame, 20, size);
      await writer.drained();
    },
  );

  const batch = new Uint8Array(64 * (size + 4));
  const batchView = new DataView(batch.buffer);
  for (let i = 0; i < 64; i++) batchView.setUint32(i * (size + 4), (size << 16 | 7) >>> 0);
  const bytes = new Uint8Array(256 * 1024);
  const sink = { session() {}, discovery() {}, control: () => undefined, batchEnd() {} };
  const reader = new RecordReader({ bytes, view: new DataView(bytes.buffer) }, sink);
  Deno.bench(`batch of 64 session records of ${size} bytes, read`, { group: "records" }, () => {
    bytes.set(batch);
    reader.received(batch.length);
  });
}

const tags = encodeTags([
  { type: TAG_SERVICE_NAME, value: new Uint8Array(0) },
  { type: TAG_HOST_UNIQ, value: new Uint8Array(4) },
  { type: 0x0104, value: new Uint8Array(20) },
]);
const padr = encodeDiscovery(
  { destination: 2, source: 4, code: 0x19, sessionId: 0, tags },
  ETHERTYPE_DISCOVERY,
);
const signer = new TokenSigner((length) => crypto.getRandomValues(new Uint8Array(length)));

Deno.bench("PADR: parse, replace Host-Uniq, encode", { group: "discovery" }, () => {
  const packet = parseDiscovery(padr);
  if (typeof packet === "string") return;
  const list = readTags(packet.tags);
  if (typeof list === "string") return;
  const edited = replaceTag(list, TAG_HOST_UNIQ, frame.subarray(0, 16));
  encodeDiscovery({ ...packet, tags: encodeTags(edited) });
});

Deno.bench("Host-Uniq token: mint and verify", { group: "discovery" }, () => {
  signer.verify(signer.signer("branch-1/2/00ff"), "branch-1/2/00ff");
});

Deno.bench("discovery frame: human dump", { group: "discovery" }, () => {
  dumpDiscovery(padr);
});
