import { Capture, type CaptureOptions } from "../capture/capture.ts";
import { CaptureClock } from "../capture/capture_clock.ts";
import {
  type CaptureFilter,
  type CaptureSide,
  wantsDiscovery,
  wantsSession,
} from "../capture/capture_filter.ts";
import { ETHERTYPE_SESSION, SESSION_HEADER, VERSION_TYPE } from "../pppoe/constants.ts";
import { type Mac, writeMac } from "../pppoe/mac.ts";
import type { Direction, FrameTap, Party, TapPoint } from "../proxy/session/frame_tap.ts";
import type { Session } from "../proxy/session/session.ts";
import type { Sessions } from "../proxy/session/sessions.ts";

/** Maximum number of simultaneous captures, including the configured one. */
export const MAX_CAPTURES = 4;

/** A requested capture: what to capture, and how much. */
export interface CaptureRequest {
  filter: CaptureFilter;
  secrets: boolean;
  count?: number | undefined;
  /** Maximum duration, in milliseconds. */
  duration?: number | undefined;
}

/** A capture as its reader sees it. */
export type CaptureReader = Pick<Capture, "read" | "end">;

/**
 * Ends a capture whose reader is gone, and reads the rest after the reader's `last` read: a thread
 * keeps what nobody reads.
 */
export async function abandonCapture(
  capture: CaptureReader,
  last: Promise<unknown> = Promise.resolve(),
): Promise<void> {
  capture.end();
  try {
    await last;
    while (await capture.read() !== undefined);
  } catch {
    // a thread has failed, and the others have been read to their end
  }
}

/** Begins captures, and ends all of them. */
export interface CaptureSource {
  /** Returns undefined if {@linkcode MAX_CAPTURES} are running. */
  begin(request: CaptureRequest): CaptureReader | undefined;
  /** Number of running captures. */
  readonly size: number;
  end(): void;
}

/** The point at which frames are captured. */
export interface CaptureContext {
  sessions: Sessions;
  side: "server" | "client";
  /** EtherType of session frames on the wire. */
  etherType: number;
  /** On a client, returns the name of the server that all frames are for. */
  peer: () => string | undefined;
  application: string;
  /** Description of the wire, for people. */
  place: string;
}

const NO_HEAD = new Uint8Array(0);

/** The running captures. Frames are tapped only while any run. */
export class Captures implements CaptureSource {
  #context: CaptureContext;
  #running: Capture[] = [];
  #tap: FrameTap;

  constructor(context: CaptureContext) {
    this.#context = context;
    this.#tap = captureTap(context, this.#running);
  }

  /** Number of running captures. */
  get size(): number {
    return this.#running.length;
  }

  /** Starts a capture; returns undefined if {@linkcode MAX_CAPTURES} are running. */
  begin(request: CaptureRequest): Capture | undefined {
    const { sessions, application, place } = this.#context;
    if (this.#running.length >= MAX_CAPTURES) return undefined;
    const { duration, ...wanted } = request;
    const clock = new CaptureClock(Date.now, () => performance.now());
    const options: CaptureOptions = { ...wanted, clock, application, place };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const capture = new Capture(options, () => {
      clearTimeout(timer);
      this.#running.splice(this.#running.indexOf(capture), 1);
      if (this.#running.length === 0) sessions.tap = undefined;
    });
    if (duration !== undefined) timer = setTimeout(() => capture.end(), duration);
    this.#running.push(capture);
    sessions.tap = this.#tap;
    return capture;
  }

  /** Stops all captures. */
  end(): void {
    for (const capture of [...this.#running]) capture.end();
  }
}

function captureTap(context: CaptureContext, running: readonly Capture[]): FrameTap {
  const head = new Uint8Array(SESSION_HEADER);
  const view = new DataView(head.buffer);
  const isServer = context.side === "server";
  const sideOf = (place: TapPoint): CaptureSide =>
    (place === "wire") === isServer ? "ac" : "customer";
  return {
    session(place, way, session, bytes, at, length): void {
      const side = sideOf(place);
      const peer = session.peer.name;
      let isWritten = false;
      for (let i = running.length - 1; i >= 0; i--) { // a capture that ends removes itself
        const capture = running[i];
        if (!wantsSession(capture.filter, peer, side, session)) continue;
        if (!isWritten) writeHead(head, view, context, place, way, session, length);
        isWritten = true;
        capture.frame(peer, side, way === "in", head, bytes, at, length, true);
      }
    },
    discovery(place, way, party, frame): void {
      const side = sideOf(place);
      const peer = peerNameOf(context, party);
      for (let i = running.length - 1; i >= 0; i--) {
        const capture = running[i];
        if (!wantsDiscovery(capture.filter, peer, side, party?.customer, frame)) continue;
        capture.frame(peer, side, way === "in", NO_HEAD, frame, 0, frame.length, false);
      }
    },
  };
}

function peerNameOf({ side, peer }: CaptureContext, party: Party | undefined): string | undefined {
  if (party !== undefined) return party.peer.name;
  return side === "client" ? peer() : undefined;
}

/** Writes the headers that a session frame has at a tap point. */
function writeHead(
  head: Uint8Array,
  view: DataView,
  { side, etherType }: CaptureContext,
  place: TapPoint,
  way: Direction,
  session: Session,
  length: number,
): void {
  const onWire = place === "wire";
  const [near, far]: [Mac, Mac] = onWire
    ? [session.local, session.remote]
    : side === "server"
    ? [session.concentrator, session.customer]
    : [session.customer, session.concentrator];
  writeMac(head, 0, way === "in" ? near : far);
  writeMac(head, 6, way === "in" ? far : near);
  view.setUint16(12, onWire ? etherType : ETHERTYPE_SESSION);
  head[14] = VERSION_TYPE;
  view.setUint16(16, onWire ? session.wireSessionId : session.acSessionId);
  view.setUint16(18, length);
}
