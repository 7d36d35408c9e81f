/** A pcapng reader written from the draft, independent of the writer that it checks. */

export interface ReadPacket {
  interfaceId: number;
  nanoseconds: bigint;
  data: Uint8Array;
  originalLength: number;
  /** Options by code. */
  options: Map<number, Uint8Array>;
}

export interface ReadInterface {
  linkType: number;
  snapLength: number;
  options: Map<number, Uint8Array>;
}

export interface ReadStatistics {
  interfaceId: number;
  received: bigint;
  dropped: bigint;
}

export interface ReadFile {
  section: Map<number, Uint8Array>;
  interfaces: ReadInterface[];
  packets: ReadPacket[];
  statistics: ReadStatistics[];
}

/** Decodes an option's text. */
export function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Returns an interface's name. */
export function nameOf({ options }: ReadInterface): string {
  return textOf(options.get(2));
}

/** Returns the comment among these options. */
export function commentOf(options: Map<number, Uint8Array>): string {
  return textOf(options.get(1));
}

/** Reads a file with one section; throws if it breaks a rule. */
export function readPcapng(bytes: Uint8Array): ReadFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const file: ReadFile = { section: new Map(), interfaces: [], packets: [], statistics: [] };
  for (let at = 0; at < bytes.length;) {
    const type = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    if (size % 4 !== 0 || size < 12 || at + size > bytes.length) throw new Error(`size ${size}`);
    if (view.getUint32(at + size - 4, true) !== size) throw new Error("lengths differ");
    if ((at === 0) !== (type === 0x0a0d0d0a)) throw new Error("a section begins a file, once");
    readBlock(type, bytes.subarray(at + 8, at + size - 4), file);
    at += size;
  }
  return file;
}

function readBlock(type: number, body: Uint8Array, file: ReadFile): void {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const known = (id: number): number => {
    if (id >= file.interfaces.length) throw new Error(`interface ${id} is not described`);
    return id;
  };
  if (type === 0x0a0d0d0a) {
    if (view.getUint32(0, true) !== 0x1a2b3c4d) throw new Error("byte order");
    if (view.getUint16(4, true) !== 1 || view.getUint16(6, true) !== 0) throw new Error("version");
    if (view.getBigInt64(8, true) !== -1n) throw new Error("section length");
    file.section = readOptions(body.subarray(16));
  } else if (type === 1) {
    const [linkType, snapLength] = [view.getUint16(0, true), view.getUint32(4, true)];
    file.interfaces.push({ linkType, snapLength, options: readOptions(body.subarray(8)) });
  } else if (type === 6) {
    const length = view.getUint32(12, true);
    const padded = Math.ceil(length / 4) * 4;
    if (body.subarray(20 + length, 20 + padded).some((byte) => byte !== 0)) {
      throw new Error("padding is not zero");
    }
    file.packets.push({
      interfaceId: known(view.getUint32(0, true)),
      nanoseconds: BigInt(view.getUint32(4, true)) << 32n | BigInt(view.getUint32(8, true)),
      data: body.subarray(20, 20 + length),
      originalLength: view.getUint32(16, true),
      options: readOptions(body.subarray(20 + padded)),
    });
  } else if (type === 5) {
    const options = readOptions(body.subarray(12));
    file.statistics.push({
      interfaceId: known(view.getUint32(0, true)),
      received: count(options.get(4)),
      dropped: count(options.get(5)),
    });
  } else throw new Error(`block type ${type}`);
}

function readOptions(bytes: Uint8Array): Map<number, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const options = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length;) {
    const [code, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (code === 0) {
      if (length !== 0 || at + 4 !== bytes.length) throw new Error("options end early");
      return options;
    }
    options.set(code, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  if (bytes.length > 0) throw new Error("options without an end");
  return options;
}

function count(bytes: Uint8Array | undefined): bigint {
  if (bytes?.length !== 8) throw new Error("a count has 8 bytes");
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
}
