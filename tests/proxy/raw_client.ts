import { encodeDiscovery } from "../../src/pppoe/frame.ts";
import { BROADCAST, type Mac } from "../../src/pppoe/mac.ts";
import { encodeTags, type Tag } from "../../src/pppoe/tags.ts";
import { CODE_PADI } from "../../src/pppoe/constants.ts";
import {
  ControlType,
  KIND_CONTROL,
  KIND_DISCOVERY,
  KIND_SESSION,
  MAX_RECORD_BODY,
  RECORD_HEADER,
  recordHeader,
} from "../../src/tunnel/record/record.ts";
import { encodeSessionList, type ListedSession } from "../../src/tunnel/session_list.ts";
import { AC, CUSTOMER, type Path, type RawClient } from "./path.ts";

/** Returns a record as bytes; `length` may differ from the body's. */
export function record(
  kind: number,
  handle: number,
  body: Uint8Array,
  length = body.length,
): Uint8Array {
  const out = new Uint8Array(RECORD_HEADER + body.length);
  new DataView(out.buffer).setUint32(0, recordHeader(kind, length & MAX_RECORD_BODY, handle));
  out.set(body, RECORD_HEADER);
  return out;
}

/** A record sent by the server. */
export interface SeenRecord {
  kind: number;
  handle: number;
  body: Uint8Array;
}

/** Time limit for the server to process what it was sent, in milliseconds. */
const PATIENCE = 20_000;

/** An authenticated client that sends whatever a test wants, valid or not. */
export class HostileClient {
  /** Records sent by the server, in order. */
  readonly seen: SeenRecord[] = [];
  readonly ended: RawClient["ended"];
  #raw: RawClient;
  #rest = new Uint8Array(0);

  /** `list` is its initial list of sessions; null for silence. */
  constructor(path: Path, name: string, list: readonly ListedSession[] | null = []) {
    this.#raw = path.attach(name);
    this.ended = this.#raw.ended;
    this.#read().catch(() => {}); // until the connection is closed
    if (list !== null) this.list(list);
  }

  /** Sends bytes unchanged; bytes after the end of the connection are lost. */
  write(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#raw.connection.write(bytes).catch(() => {});
  }

  /** Resolves when the server has processed everything sent, or has ended the tunnel. */
  async taken(): Promise<void> {
    const expired = Promise.withResolvers<never>();
    const late = new Error(`The server did not process it within ${PATIENCE} ms`);
    const timer = setTimeout(() => expired.reject(late), PATIENCE);
    await Promise.race([this.#raw.connection.taken(), expired.promise]);
    clearTimeout(timer);
  }

  list(sessions: readonly ListedSession[]): void {
    for (const body of encodeSessionList(sessions)) {
      this.write(record(KIND_CONTROL, ControlType.sessions, body));
    }
  }

  session(handle: number, payload: Uint8Array): void {
    this.write(record(KIND_SESSION, handle, payload));
  }

  discovery(handle: number, frame: Uint8Array): void {
    this.write(record(KIND_DISCOVERY, handle, frame));
  }

  /** Sends a discovery packet, by default between a customer and the AC. */
  packet(
    code: number,
    tags: readonly Tag[],
    { handle = 0, source = CUSTOMER, destination = code === CODE_PADI ? BROADCAST : AC, id = 0 }: {
      handle?: number;
      source?: Mac;
      destination?: Mac;
      id?: number;
    } = {},
  ): void {
    this.discovery(
      handle,
      encodeDiscovery({ code, source, destination, sessionId: id, tags: encodeTags(tags) }),
    );
  }

  close(): void {
    this.#raw.connection.close();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    while (true) {
      const count = await this.#raw.connection.read(buffer);
      if (count === null) return;
      this.#rest = Uint8Array.from([...this.#rest, ...buffer.subarray(0, count)]);
      this.#parse();
    }
  }

  #parse(): void {
    const bytes = this.#rest;
    const view = new DataView(bytes.buffer);
    let at = 0;
    while (bytes.length - at >= RECORD_HEADER) {
      const header = view.getUint32(at);
      const end = at + RECORD_HEADER + (header >>> 16 & MAX_RECORD_BODY);
      if (end > bytes.length) break;
      const body = bytes.slice(at + RECORD_HEADER, end);
      this.seen.push({ kind: header >>> 30, handle: header & 0xffff, body });
      at = end;
    }
    this.#rest = bytes.slice(at);
  }
}
