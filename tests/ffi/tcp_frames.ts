import { addWords, checksumOf } from "../../ffi/link/checksum.ts";

/** One TCP or UDP flow inside PPPoE. */
export interface Flow {
  ip: 4 | 6;
  protocol: "tcp" | "udp";
  /** Bytes of TCP options, a multiple of four. */
  options: number;
  sequence: number;
  id: number;
}

const IP = 22;

/** Offsets of the TCP or UDP header and of the data. */
export function offsets({ ip, protocol, options }: Flow): { transport: number; data: number } {
  const transport = IP + (ip === 4 ? 20 : 40);
  return { transport, data: transport + (protocol === "tcp" ? 20 + options : 8) };
}

/** A PPPoE session frame with a segment of a flow, after `sent` bytes and `number` frames. */
export function flowFrame(
  flow: Flow,
  body: Uint8Array,
  { sent, number, flags }: { sent: number; number: number; flags: number },
): Uint8Array {
  const { transport, data } = offsets(flow);
  const frame = new Uint8Array(data + body.length);
  const view = new DataView(frame.buffer);
  frame.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0x64, 0x11, 0, 0, 7]);
  view.setUint16(18, frame.length - 20);
  view.setUint16(20, flow.ip === 4 ? 0x0021 : 0x0057);
  writeIp(frame, view, flow, number);
  view.setUint16(transport, 40_000);
  view.setUint16(transport + 2, 443);
  if (flow.protocol === "tcp") {
    view.setUint32(transport + 4, flow.sequence + sent);
    view.setUint32(transport + 8, 0x01020304);
    view.setUint16(transport + 12, (20 + flow.options) / 4 << 12 | flags);
    frame.fill(1, transport + 20, data); // options: no operation
  } else view.setUint16(transport + 4, frame.length - transport);
  frame.set(body, data);
  view.setUint16(checksumAt(flow), checksumOf(pseudoSum(frame, flow, true)) || 0xffff);
  return frame;
}

/** Offset of the transport's checksum. */
export function checksumAt(flow: Flow): number {
  return offsets(flow).transport + (flow.protocol === "tcp" ? 16 : 6);
}

/** The sum over addresses, protocol and length; if `whole`, also over the data after them. */
export function pseudoSum(frame: Uint8Array, flow: Flow, whole: boolean): number {
  const { transport } = offsets(flow);
  const start = (flow.protocol === "tcp" ? 6 : 17) + frame.length - transport;
  const [from, to] = flow.ip === 4 ? [IP + 12, IP + 20] : [IP + 8, IP + 40];
  const sum = addWords(frame, from, to, start);
  return whole ? addWords(frame, transport, frame.length, sum) : sum;
}

/** The segments of a flow as the kernel merges them: one frame with an incomplete checksum. */
export function joinFrames(frames: readonly Uint8Array[], flow: Flow): Uint8Array {
  const { data } = offsets(flow);
  const bodies = frames.map((frame) => frame.subarray(data));
  const length = bodies.reduce((sum, body) => sum + body.length, data);
  const joined = new Uint8Array(length);
  const view = new DataView(joined.buffer);
  joined.set(frames[0]);
  let at = data;
  for (const body of bodies) {
    joined.set(body, at);
    at += body.length;
  }
  view.setUint16(18, length - 20);
  if (flow.ip === 4) {
    view.setUint16(IP + 2, length - IP);
    view.setUint16(IP + 10, 0);
    view.setUint16(IP + 10, checksumOf(addWords(joined, IP, IP + 20, 0)));
  } else view.setUint16(IP + 4, length - IP - 40);
  const last = frames[frames.length - 1];
  const { transport } = offsets(flow);
  if (flow.protocol === "tcp") joined[transport + 13] |= last[transport + 13];
  else view.setUint16(transport + 4, length - transport);
  view.setUint16(checksumAt(flow), ~checksumOf(pseudoSum(joined, flow, false)) & 0xffff);
  return joined;
}

function writeIp(frame: Uint8Array, view: DataView, flow: Flow, number: number): void {
  const protocol = flow.protocol === "tcp" ? 6 : 17;
  if (flow.ip === 6) {
    view.setUint32(IP, 0x6000_0000);
    view.setUint16(IP + 4, frame.length - IP - 40);
    frame.set([protocol, 64], IP + 6);
    frame.set([0x20, 1, 0xd, 0xb8], IP + 8);
    frame.set([0x20, 1, 0xd, 0xb8], IP + 24);
    frame[IP + 39] = 9;
    return;
  }
  frame.set([0x45, 0], IP);
  view.setUint16(IP + 2, frame.length - IP);
  view.setUint16(IP + 4, flow.id + number);
  frame.set([0x40, 0, 64, protocol], IP + 6);
  frame.set([192, 0, 2, 1, 198, 51, 100, 7], IP + 12);
  view.setUint16(IP + 10, checksumOf(addWords(frame, IP, IP + 20, 0)));
}
