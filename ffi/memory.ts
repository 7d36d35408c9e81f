/** Addresses of JavaScript memory for C structures. */

/** Memory that frames can be sent from without copying. */
export interface Region {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** A region with a known address. Typed arrays made with `new` do not move. */
export interface PinnedRegion extends Region {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly addressLow: number;
  readonly addressHigh: number;
}

/** Allocates a region; the caller keeps it reachable while C may use its address. */
export function pinnedRegion(size: number): PinnedRegion {
  const bytes = new Uint8Array(size);
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
  return {
    bytes,
    view: new DataView(bytes.buffer),
    addressLow: Number(BigInt(address) & 0xffff_ffffn),
    addressHigh: Number(BigInt(address) >> 32n),
  };
}

/** Writes a pointer to `region` plus `offset` at offset `at` of a structure. */
export function writeAddress(
  structure: DataView,
  at: number,
  region: PinnedRegion,
  offset: number,
): void {
  const low = region.addressLow + offset;
  structure.setUint32(at, low >>> 0, true);
  structure.setUint32(at + 4, region.addressHigh + (low > 0xffff_ffff ? 1 : 0), true);
}
