/** PPP in HDLC-like framing as used by pppd and `pppoe` over a pty or pipe (RFC 1662). */

const FLAG = 0x7e;
const ESCAPE = 0x7d;
/** Address "all stations" and control "unnumbered information" (RFC 1662 section 3.1). */
const ADDRESS_CONTROL = [0xff, 0x03];

/** Remainders of one byte for the reversed polynomial of the FCS-16 (RFC 1662 appendix C.2). */
const REMAINDERS = Uint16Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? value >>> 1 ^ 0x8408 : value >>> 1;
  return value;
});

function checkSequence(bytes: Uint8Array): number {
  let value = 0xffff;
  for (const byte of bytes) value = value >>> 8 ^ REMAINDERS[(value ^ byte) & 0xff];
  return value ^ 0xffff;
}

/** Encodes a PPP packet (from its protocol field on) as a frame between two flags. */
export function encodeHdlc(packet: Uint8Array): Uint8Array {
  const plain = new Uint8Array(packet.length + 4);
  plain.set(ADDRESS_CONTROL);
  plain.set(packet, 2);
  const sequence = checkSequence(plain.subarray(0, packet.length + 2));
  plain[packet.length + 2] = sequence;
  plain[packet.length + 3] = sequence >>> 8;
  const out = [FLAG];
  for (const byte of plain) {
    if (byte < 0x20 || byte === FLAG || byte === ESCAPE) out.push(ESCAPE, byte ^ 0x20);
    else out.push(byte);
  }
  out.push(FLAG);
  return Uint8Array.from(out);
}

/** Collects PPP packets from a stream of bytes. */
export class HdlcDecoder {
  /** Number of frames with a wrong check sequence. */
  faults = 0;
  #frame: number[] = [];
  #escaped = false;

  /** Returns the packets that end within these bytes. */
  decode(bytes: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (const byte of bytes) {
      if (byte === FLAG) this.#end(packets);
      else if (byte === ESCAPE) this.#escaped = true;
      else {
        this.#frame.push(this.#escaped ? byte ^ 0x20 : byte);
        this.#escaped = false;
      }
    }
    return packets;
  }

  #end(packets: Uint8Array[]): void {
    const frame = Uint8Array.from(this.#frame);
    this.#frame = [];
    this.#escaped = false;
    if (frame.length === 0) return; // between two flags
    const end = frame.length - 2;
    const right = end > 2 && checkSequence(frame.subarray(0, end)) ===
        (frame[end] | frame[end + 1] << 8);
    if (right) packets.push(frame.subarray(2, end));
    else this.faults++;
  }
}
