import { type FrameSink, type LinkStatistics, MAX_FRAME } from "./link.ts";
import { OFFLOADED, OffloadUndo } from "./receive_offload.ts";

/** Counts the frames that a receiver takes and delivers them as they were on the wire. */
export class FrameIntake {
  #statistics: LinkStatistics;
  #undo: OffloadUndo | undefined;

  constructor(statistics: LinkStatistics) {
    this.#statistics = statistics;
  }

  /** Takes the frame `bytes[offset, offset + length)`; its offload header begins at `header`. */
  take(
    sink: FrameSink,
    bytes: Uint8Array,
    view: DataView,
    header: number,
    offset: number,
    length: number,
  ): void {
    if ((view.getUint16(header, true) & OFFLOADED) === 0) {
      return this.#deliver(sink, bytes, view, offset, length);
    }
    this.#undo ??= new OffloadUndo(); // allocated late: most links never need it
    const deliver = (piece: Uint8Array, pieceView: DataView, at: number, size: number): void =>
      this.#deliver(sink, piece, pieceView, at, size);
    const count = this.#undo.restore(bytes, view, header, offset, length, deliver);
    if (count === 0) this.#statistics.joined++;
  }

  #deliver(
    sink: FrameSink,
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    length: number,
  ): void {
    if (length > MAX_FRAME) {
      this.#statistics.truncated++;
      return;
    }
    this.#statistics.receivedFrames++;
    this.#statistics.receivedBytes += length;
    sink.frame(bytes, view, offset, length);
  }
}
