/**
 * Recognises a receive ring that the kernel no longer fills. tpacket_rcv (net/packet/af_packet.c)
 * marks a slot as taken before it describes the frame's offload in a virtio_net_hdr. If it cannot,
 * as for UDP fragmentation offload (SKB_GSO_UDP) of a virtual machine, it drops the frame and leaves
 * the mark. It then drops every further frame until the ring is replaced, and wakes nobody.
 */

/** Frames since the last look. */
export interface ArrivalCounts {
  /** Written to the ring. */
  accepted: number;
  /** Dropped by the kernel. */
  dropped: number;
}

/** Watches one ring. Pure. */
export class RingWatch {
  #wasEmpty = false;
  #isStuck = false;

  /** Whether the kernel drops frames although every slot is free. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /**
   * Takes the counts since the last call, and whether the ring is empty now. If it was empty, and has
   * accepted no frame since, what the kernel dropped had room. The kernel reads the two counts one
   * after the other, so frames between them may fill the ring: then it is not empty now. A ring is
   * stuck until it accepts a frame, also while none arrives: several parts look, one after another.
   */
  look({ accepted, dropped }: ArrivalCounts, isEmpty: boolean): void {
    const isIdle = this.#wasEmpty && accepted === 0 && isEmpty;
    this.#isStuck = isIdle && (this.#isStuck || dropped > 0);
    this.#wasEmpty = isEmpty;
  }
}
