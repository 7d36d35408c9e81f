/** Which part of an interface's frames a link is for: own addresses divide them among threads. */
export interface Shard {
  /** 0 has the interface's address and all frames that are no other shard's. */
  readonly index: number;
  /** Number of shards of the interface. */
  readonly count: number;
}

/** Maximum number of shards: the addresses differ in six bits. */
export const MAX_SHARDS = 64;

/** Bit of an address that its user assigned, not the manufacturer (IEEE 802 section 8.4). */
const LOCALLY_ADMINISTERED = 0x02;

/**
 * The address of a shard. It differs from the interface's in the first byte only, beyond the bits
 * for groups and local administration, and is the same after a restart.
 */
export function shardAddress(own: Uint8Array, index: number): Uint8Array {
  const address = own.slice();
  if (index > 0) address[0] = (own[0] ^ index << 2) | LOCALLY_ADMINISTERED;
  return address;
}

/** The shard that has an address; -1 if none of `count` has it. */
export function shardOf(own: Uint8Array, count: number, address: Uint8Array): number {
  for (let index = 0; index < count; index++) {
    if (shardAddress(own, index).every((byte, i) => byte === address[i])) return index;
  }
  return -1;
}
