/** Classic BPF, and the filter program of our packet sockets (linux/filter.h). */

/** One instruction: struct sock_filter { u16 code; u8 jt; u8 jf; u32 k }. */
export type Instruction = readonly [code: number, jt: number, jf: number, k: number];

const LD_W_ABS = 0x20;
const LD_H_ABS = 0x28;
const AND = 0x54;
const JEQ = 0x15;
const RET = 0x06;
/** Base of the kernel's ancillary data about a packet: SKF_AD_OFF. */
const ANCILLARY = 0xfffff000;
const PKTTYPE = 4;
const VLAN_TAG = 44;
const VLAN_TAG_PRESENT = 48;
const PACKET_OUTGOING = 4;
const DESTINATION_AT = 0;
const ETHERTYPE_AT = 12;
const WHOLE_FRAME = 0x40000;
/** Tags of VLANs (IEEE 802.1Q section 9.5), and the older one of stacked VLANs. */
const [CUSTOMER_TAG, SERVICE_TAG, STACKED_TAG] = [0x8100, 0x88a8, 0x9100];
/** The EtherType behind such a tag. */
const INNER_ETHERTYPE_AT = 16;
/** Mask of the VLAN identifier in a tag (IEEE 802.1Q section 9.6); 0 means a priority tag. */
const VLAN_ID = 0x0fff;

/** Bytes captured of a VLAN's frame: enough to count it. No other captured frame is this short. */
export const TAGGED_CAPTURE = 1;

/**
 * Accepts received frames of two EtherTypes. The kernel strips a frame's VLAN tag before it reaches
 * a packet socket. VLAN identifier 0 carries only a priority, so that frame is accepted. A frame
 * with any other identifier belongs to that VLAN's own device, and only `TAGGED_CAPTURE` bytes of
 * it are captured; so it is with a frame that has a further tag, or one that the kernel does not
 * strip.
 */
export function pppoeFilter(etherTypes: readonly [number, number]): Instruction[] {
  const accept = (bytes: number): Instruction[] => [
    [LD_W_ABS, 0, 0, ANCILLARY + PKTTYPE],
    [JEQ, 11, 0, PACKET_OUTGOING],
    [LD_H_ABS, 0, 0, ETHERTYPE_AT],
    [JEQ, 1, 0, etherTypes[0]],
    [JEQ, 0, 1, etherTypes[1]],
    [RET, 0, 0, bytes],
    [JEQ, 2, 0, CUSTOMER_TAG],
    [JEQ, 1, 0, SERVICE_TAG],
    [JEQ, 0, 4, STACKED_TAG],
    [LD_H_ABS, 0, 0, INNER_ETHERTYPE_AT],
    [JEQ, 1, 0, etherTypes[0]],
    [JEQ, 0, 1, etherTypes[1]],
    [RET, 0, 0, TAGGED_CAPTURE],
    [RET, 0, 0, 0],
  ];
  const untagged = accept(WHOLE_FRAME);
  return [
    [LD_W_ABS, 0, 0, ANCILLARY + VLAN_TAG_PRESENT],
    [JEQ, 3, 0, 0],
    [LD_W_ABS, 0, 0, ANCILLARY + VLAN_TAG],
    [AND, 0, 0, VLAN_ID],
    [JEQ, 0, untagged.length, 0],
    ...untagged,
    ...accept(TAGGED_CAPTURE),
  ];
}

/** Accepts what `rest` does of the frames to one address; six bytes. */
export function onlyTo(address: Uint8Array, rest: readonly Instruction[]): Instruction[] {
  const [high, low] = wordsOf(address);
  return [
    [LD_W_ABS, 0, 0, DESTINATION_AT + 2],
    [JEQ, 1, 0, low],
    [RET, 0, 0, 0],
    [LD_H_ABS, 0, 0, DESTINATION_AT],
    [JEQ, 1, 0, high],
    [RET, 0, 0, 0],
    ...rest,
  ];
}

/**
 * Accepts what `rest` does of the frames to all but some addresses, at most 127, which differ in
 * their first two bytes only.
 */
export function exceptTo(
  addresses: readonly Uint8Array[],
  rest: readonly Instruction[],
): Instruction[] {
  if (addresses.length === 0) return [...rest];
  const words = addresses.map(wordsOf);
  const rejected = words.flatMap(([high]): Instruction[] => [
    [JEQ, 0, 1, high],
    [RET, 0, 0, 0],
  ]);
  return [
    [LD_W_ABS, 0, 0, DESTINATION_AT + 2],
    [JEQ, 0, rejected.length + 1, words[0][1]],
    [LD_H_ABS, 0, 0, DESTINATION_AT],
    ...rejected,
    ...rest,
  ];
}

/** The first two and the last four bytes of an address. */
function wordsOf(address: Uint8Array): [high: number, low: number] {
  const view = new DataView(address.buffer, address.byteOffset, 6);
  return [view.getUint16(0), view.getUint32(2)];
}

/** Encodes a program as an array of struct sock_filter. */
export function encodeFilter(program: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(program.length * 8);
  const view = new DataView(out.buffer);
  program.forEach(([code, jt, jf, k], index) => {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jt);
    view.setUint8(index * 8 + 3, jf);
    view.setUint32(index * 8 + 4, k, true);
  });
  return out;
}
