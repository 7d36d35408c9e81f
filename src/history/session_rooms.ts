import { TRAFFIC_COLUMNS } from "./columns.ts";
import { CompactSeries } from "./series.ts";
import type { Timelines } from "./timelines.ts";
import type { TrackRoom } from "./track.ts";

/** Rooms per block. */
const ROOMS = 256;

/** The shared memory of several rooms. */
interface Block {
  readonly codes: Uint16Array;
  readonly numbers: Float64Array;
}

/**
 * Rooms for the tracks of sessions, used again and again. They share large blocks: many small
 * buffers would take a third more, and leave gaps in malloc(3)'s heap that are never returned.
 */
export class SessionRooms {
  #lines: Timelines;
  #free: TrackRoom[] = [];

  constructor(lines: Timelines) {
    this.#lines = lines;
  }

  /** Takes an empty room. */
  take(): TrackRoom {
    const room = this.#free.pop() ?? this.#build();
    for (const series of [room.fine, room.coarse]) series.clear();
    room.numbers.fill(0, room.at, room.at + 2 * TRAFFIC_COLUMNS);
    return room;
  }

  /** Returns a room that no track uses any longer. */
  giveBack(room: TrackRoom): void {
    this.#free.push(room);
  }

  #build(): TrackRoom {
    const rows = this.#lines.fine.size + this.#lines.coarse.size;
    const block = {
      codes: new Uint16Array(ROOMS * rows * TRAFFIC_COLUMNS),
      numbers: new Float64Array(ROOMS * 2 * TRAFFIC_COLUMNS),
    };
    for (let index = ROOMS - 1; index > 0; index--) this.#free.push(this.#roomIn(block, index));
    return this.#roomIn(block, 0);
  }

  #roomIn({ codes, numbers }: Block, index: number): TrackRoom {
    const { fine, coarse } = this.#lines;
    const begin = index * (fine.size + coarse.size) * TRAFFIC_COLUMNS;
    const middle = begin + fine.size * TRAFFIC_COLUMNS;
    return {
      fine: new CompactSeries(fine.size, TRAFFIC_COLUMNS, codes, begin),
      coarse: new CompactSeries(coarse.size, TRAFFIC_COLUMNS, codes, middle),
      numbers,
      at: index * 2 * TRAFFIC_COLUMNS,
    };
  }
}
