/**
 * The kernel's receive ring, TPACKET_V2 (packet_mmap.rst): the kernel writes each frame into a slot
 * and passes it to us through the slot's status word; we return it in the same way.
 *
 *     TP_STATUS_KERNEL (0) ──frame arrives──▶ TP_STATUS_USER (1) ──drained──▶ TP_STATUS_KERNEL
 */
import { TAGGED_CAPTURE } from "../socket/bpf.ts";
import { isShortage, SystemError } from "../errno.ts";
import { FrameIntake } from "./frame_intake.ts";
import { errno, libc } from "../libc.ts";
import type { FrameSink, LinkStatistics } from "./link.ts";
import { int, setOption, SOL_PACKET } from "./packet_socket.ts";
import { FrameReader } from "./plain_receiver.ts";
import { OFFLOAD_HEADER } from "./receive_offload.ts";
import type { Receiver, ReceiverOptions } from "./receiver.ts";

const PACKET_RX_RING = 5;
const PACKET_COPY_THRESH = 7;
const PACKET_VERSION = 10;
const TPACKET_V2 = 1;
const TP_STATUS_USER = 1;
/** The slot was too short; the whole frame can be read from the socket. */
const TP_STATUS_COPY = 2;

// struct tpacket2_hdr
const LENGTH_AT = 4;
const CAPTURED_AT = 8;
const MAC_AT = 12;
/** Offset of a frame in its slot: tpacket2_hdr, sockaddr_ll, their alignment, virtio_net_hdr. */
const FRAME_AT = 76;

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const BLOCK = 64 * 1024;
const MIN_SLOT = 2048;
const MAX_SLOT = 16 * 1024;
/** Minimum slots of a useful ring: this many frames can arrive within a few milliseconds. */
const MIN_SLOTS = 256;
/** With larger slots a ring has fewer of them; its memory grows at most by this factor. */
const JUMBO_GROWTH = 2;

/** Bytes per slot, and number of slots, of a ring of `frames` on an interface with this MTU. */
export function ringSlots(mtu: number, frames: number): { slot: number; count: number } {
  const wanted = 2 ** Math.ceil(Math.log2(FRAME_AT + 14 + mtu));
  const slot = Math.min(MAX_SLOT, Math.max(MIN_SLOT, wanted));
  return { slot, count: Math.min(frames, JUMBO_GROWTH * frames * MIN_SLOT / slot) };
}

/**
 * Opens a ring of `frames` slots, fewer on an interface with jumbo frames or if memory is short. A
 * frame longer than a slot is read from the socket. Throws RangeError if `frames` is not a power of
 * two, and SystemError if the kernel refuses.
 */
export function openRing({ fd, mtu, frames, statistics }: ReceiverOptions): Receiver {
  if (!Number.isInteger(Math.log2(frames))) {
    throw new RangeError(`Cannot open a receive ring of ${frames} frames: use a power of two`);
  }
  const { slot, count: wanted } = ringSlots(mtu, frames);
  const subject = `open a receive ring of ${frames} frames`;
  setOption(fd, SOL_PACKET, PACKET_VERSION, int(TPACKET_V2), "PACKET_VERSION", subject);
  setOption(fd, SOL_PACKET, PACKET_COPY_THRESH, int(slot), "PACKET_COPY_THRESH", subject);
  for (let count = wanted;; count /= 2) {
    try {
      const address = mapRing(fd, slot, count, subject);
      return new RxRing(fd, address, { slot, count, wanted }, statistics);
    } catch (error) {
      if (!isShortage(error) || count <= MIN_SLOTS) throw error;
    }
  }
}

/** Maps a ring of `count` slots of `slot` bytes. Leaves nothing behind if that fails. */
function mapRing(fd: number, slot: number, count: number, subject: string): Deno.PointerObject {
  const size = slot * count;
  const block = Math.max(slot, Math.min(BLOCK, size));
  // struct tpacket_req { block_size, block_nr, frame_size, frame_nr }
  const request = (...of: number[]) => new Uint8Array(new Uint32Array(of).buffer);
  const wanted = request(block, size / block, slot, count);
  setOption(fd, SOL_PACKET, PACKET_RX_RING, wanted, "PACKET_RX_RING", subject);
  const address = libc().mmap(null, size, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  if (address !== null && Deno.UnsafePointer.value(address) !== 0xffff_ffff_ffff_ffffn) {
    return address;
  }
  const error = new SystemError("mmap(PACKET_RX_RING)", subject, errno());
  setOption(fd, SOL_PACKET, PACKET_RX_RING, request(0, 0, 0, 0), "PACKET_RX_RING", subject);
  throw error;
}

class RxRing implements Receiver {
  readonly wantedSlots: number;
  #address: Deno.PointerObject;
  #bytes: Uint8Array;
  #view: DataView;
  #status: Int32Array;
  #slotBytes: number;
  #slots: number;
  #next = 0;
  #statistics: LinkStatistics;
  #intake: FrameIntake;
  /** Reads frames that are longer than a slot. */
  #reader: FrameReader | undefined;
  #fd: number;

  constructor(
    fd: number,
    address: Deno.PointerObject,
    { slot, count, wanted }: { slot: number; count: number; wanted: number },
    statistics: LinkStatistics,
  ) {
    this.wantedSlots = wanted;
    const memory = Deno.UnsafePointerView.getArrayBuffer(address, slot * count);
    this.#fd = fd;
    this.#intake = new FrameIntake(statistics);
    this.#address = address;
    this.#bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
    this.#status = new Int32Array(memory);
    this.#slotBytes = slot;
    this.#slots = count;
    this.#statistics = statistics;
  }

  get slots(): number {
    return this.#slots;
  }

  get isEmpty(): boolean {
    const status = Atomics.load(this.#status, this.#next * this.#slotBytes >> 2);
    return (status & TP_STATUS_USER) === 0;
  }

  drain(sink: FrameSink, budget: number): number {
    const view = this.#view;
    let taken = 0;
    for (; taken < budget; taken++) {
      const at = this.#next * this.#slotBytes;
      const status = Atomics.load(this.#status, at >> 2);
      if ((status & TP_STATUS_USER) === 0) break;
      const length = view.getUint32(at + LENGTH_AT, true);
      const captured = view.getUint32(at + CAPTURED_AT, true);
      if (length > captured) this.#takePart(status, captured, sink);
      else {
        const frame = at + view.getUint16(at + MAC_AT, true);
        this.#intake.take(sink, this.#bytes, view, frame - OFFLOAD_HEADER, frame, length);
      }
      Atomics.store(this.#status, at >> 2, 0);
      this.#next = this.#next + 1 & this.#slots - 1;
    }
    return taken;
  }

  /** Takes a frame that did not fit its slot. */
  #takePart(status: number, captured: number, sink: FrameSink): void {
    if (captured === TAGGED_CAPTURE) {
      this.#statistics.vlanTagged++;
      return;
    }
    this.#reader ??= new FrameReader(this.#fd, this.#statistics, this.#intake);
    const isCopied = (status & TP_STATUS_COPY) !== 0;
    if (!isCopied || !this.#reader.read(sink)) this.#statistics.truncated++;
  }

  release(): void {
    // After munmap the array buffer dangles: nothing may access it.
    this.#bytes = new Uint8Array(0);
    this.#view = new DataView(new ArrayBuffer(0));
    const size = this.#status.byteLength;
    this.#status = new Int32Array(0);
    this.#slots = 0;
    libc().munmap(this.#address, size);
  }
}
