/** Sends session frames at a steady rate; a process of its own, started by trial.ts. */
import { openLink } from "../ffi/open_link.ts";
import { ETHERTYPE_SESSION, SESSION_HEADER } from "../src/pppoe/constants.ts";
import { writeMac } from "../src/pppoe/mac.ts";
import { type Load, MARK, PAYLOAD } from "./load.ts";

const load = JSON.parse(Deno.args[0]) as Load;
const link = openLink({
  interface: load.from,
  promiscuous: false,
  etherTypes: [ETHERTYPE_SESSION, ETHERTYPE_SESSION],
  ringFrames: 64,
});

const header = new Uint8Array(SESSION_HEADER);
const view = new DataView(header.buffer);
const length = load.size - SESSION_HEADER;
writeMac(header, 0, load.destination);
writeMac(header, 6, load.source);
view.setUint16(12, ETHERTYPE_SESSION);
view.setUint16(14, 0x1100);
view.setUint16(16, load.id);
view.setUint16(18, length);
const words = new Uint32Array(header.buffer);

/** Frames that may wait to be sent together. */
const BURST = 64;
const region = link.region(BURST * length);
for (let i = 0; i < BURST; i++) {
  region.view.setUint32(i * length + PAYLOAD.mark, MARK);
  region.view.setUint32(i * length + PAYLOAD.run, load.run);
}

const total = load.rate === 0 ? Infinity : Math.floor(load.rate * load.seconds);
const start = performance.now();
let sent = 0;
for (let now = start; sent < total && now - start < load.seconds * 1_100; now = performance.now()) {
  const due = load.rate === 0 ? sent + BURST : Math.ceil((now - start) * load.rate / 1_000);
  if (load.rate === 0 && now - start >= load.seconds * 1_000) break;
  const end = Math.min(total, due, sent + BURST);
  const time = performance.timeOrigin + performance.now();
  for (let i = 0; sent < end; sent++, i++) {
    region.view.setUint32(i * length + PAYLOAD.number, sent);
    region.view.setFloat64(i * length + PAYLOAD.time, time);
    link.queue(words, 0, region, i * length, length);
  }
  link.flush();
}
const seconds = (performance.now() - start) / 1_000;
const { drops, sentFrames } = link.statistics;
link.close();
await Deno.stdout.write(
  new TextEncoder().encode(
    JSON.stringify({ sent: sentFrames, offered: sentFrames / seconds, drops }),
  ),
);
Deno.exit(0);
