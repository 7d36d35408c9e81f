/**
 * The kernel's receive ring, TPACKET_V2 (packet_mmap.rst): the kernel writes each frame into a
 * slot and hands it over by the slot's status word; we hand it back the same way.
 *
 *     TP_STATUS_KERNEL (0) ──frame arrives──▶ TP_STATUS_USER (1) ──drained──▶ TP_STATUS_KERNEL
 */
import { SystemError } from "./errno.ts";
import { errno, libc } from "./libc.ts";
import type { FrameSink, LinkStatistics } from "./link.ts";
import { setOption, SOL_PACKET } from "./packet_socket.ts";
import type { Receiver, ReceiverOptions } from "./receiver.ts";

const PACKET_RX_RING = 5;
const PACKET_VERSION = 10;
const TPACKET_V2 = 1;
const TP_STATUS_USER = 1;

// struct tpacket2_hdr
const LENGTH_AT = 4;
const CAPTURED_AT = 8;
const MAC_AT = 12;
/** Where a frame begins in its slot: tpacket2_hdr, sockaddr_ll and their alignment. */
const FRAME_AT = 66;

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const BLOCK = 64 * 1024;
const MIN_SLOT = 2048;

/**
 * Opens a ring of `frames` slots, each large enough for a frame of the MTU. Throws RangeError if
 * `frames` is no power of two, and SystemError where the kernel refuses.
 */
export function openRing({ fd, mtu, frames, statistics }: ReceiverOptions): Receiver {
  if (!Number.isInteger(Math.log2(frames))) {
    throw new RangeError(`Cannot open a receive ring of ${frames} frames: use a power of two`);
  }
  const slot = Math.max(MIN_SLOT, 2 ** Math.ceil(Math.log2(FRAME_AT + 14 + mtu)));
  const size = slot * frames;
  const subject = `open a receive ring of ${frames} frames`;
  const version = new Uint8Array(new Int32Array([TPACKET_V2]).buffer);
  setOption(fd, SOL_PACKET, PACKET_VERSION, version, "PACKET_VERSION", subject);
  const block = Math.max(slot, Math.min(BLOCK, size));
  // struct tpacket_req { block_size, block_nr, frame_size, frame_nr }
  const request = new Uint32Array([block, size / block, slot, frames]);
  setOption(
    fd,
    SOL_PACKET,
    PACKET_RX_RING,
    new Uint8Array(request.buffer),
    "PACKET_RX_RING",
    subject,
  );
  const address = libc().mmap(null, size, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  if (address === null || Deno.UnsafePointer.value(address) === 0xffff_ffff_ffff_ffffn) {
    throw new SystemError("mmap(PACKET_RX_RING)", subject, errno());
  }
  return new RxRing(address, size, slot, frames, statistics);
}

class RxRing implements Receiver {
  #address: Deno.PointerObject;
  #bytes: Uint8Array;
  #view: DataView;
  #status: Int32Array;
  #slotBytes: number;
  #slots: number;
  #next = 0;
  #statistics: LinkStatistics;

  constructor(
    address: Deno.PointerObject,
    size: number,
    slotBytes: number,
    slots: number,
    statistics: LinkStatistics,
  ) {
    const memory = Deno.UnsafePointerView.getArrayBuffer(address, size);
    this.#address = address;
    this.#bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
    this.#status = new Int32Array(memory);
    this.#slotBytes = slotBytes;
    this.#slots = slots;
    this.#statistics = statistics;
  }

  drain(sink: FrameSink, budget: number): number {
    const view = this.#view;
    let taken = 0;
    for (; taken < budget; taken++) {
      const at = this.#next * this.#slotBytes;
      if ((Atomics.load(this.#status, at >> 2) & TP_STATUS_USER) === 0) break;
      const length = view.getUint32(at + LENGTH_AT, true);
      if (length > view.getUint32(at + CAPTURED_AT, true)) {
        this.#statistics.truncated++;
      } else {
        this.#statistics.receivedFrames++;
        this.#statistics.receivedBytes += length;
        sink.frame(this.#bytes, view, at + view.getUint16(at + MAC_AT, true), length);
      }
      Atomics.store(this.#status, at >> 2, 0);
      this.#next = this.#next + 1 & this.#slots - 1;
    }
    return taken;
  }

  release(): void {
    // The array buffer dangles from here on: nothing may look at it again.
    this.#bytes = new Uint8Array(0);
    this.#view = new DataView(new ArrayBuffer(0));
    const size = this.#status.byteLength;
    this.#status = new Int32Array(0);
    this.#slots = 0;
    libc().munmap(this.#address, size);
  }
}
