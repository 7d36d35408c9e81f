import type { Connection } from "../../tunnel/transport/connection.ts";
import {
  KIND_CONTROL,
  KIND_DISCOVERY,
  RECORD_HEADER,
  recordHeader,
} from "../../tunnel/record/record.ts";
import { MIN_RECORD_BUFFER, RecordReader } from "../../tunnel/record/record_reader.ts";

/** A tunnel's connection in memory: the other proxy is a function of this process. */
export class ScriptedTunnel implements Connection {
  #arrived: Uint8Array[] = [];
  #reader: ((count: number | null) => void) | undefined;
  #into: Uint8Array = new Uint8Array(0);
  #isClosed = false;
  #records: RecordReader;

  /** `discovery` gets the discovery frames that the proxy sends to the other one. */
  constructor(discovery: (handle: number, frame: Uint8Array) => void) {
    const bytes = new Uint8Array(MIN_RECORD_BUFFER);
    this.#records = new RecordReader({ bytes, view: new DataView(bytes.buffer) }, {
      session() {},
      discovery: (handle, at, length) => discovery(handle, bytes.slice(at, at + length)),
      control: () => undefined,
      batchEnd() {},
    });
  }

  /** Delivers a discovery frame from the other proxy. */
  discovery(handle: number, frame: Uint8Array): void {
    this.#deliver(KIND_DISCOVERY, handle, frame);
  }

  /** Delivers a control record from the other proxy. */
  control(type: number, body: Uint8Array): void {
    this.#deliver(KIND_CONTROL, type, body);
  }

  read(bytes: Uint8Array): Promise<number | null> {
    const { promise, resolve } = Promise.withResolvers<number | null>();
    this.#into = bytes;
    this.#reader = resolve;
    this.#pass();
    return promise;
  }

  write(bytes: Uint8Array): Promise<number> {
    this.#records.space().set(bytes);
    this.#records.received(bytes.length);
    return Promise.resolve(bytes.length);
  }

  close(): void {
    this.#isClosed = true;
    this.#pass();
  }

  #deliver(kind: number, handle: number, body: Uint8Array): void {
    const record = new Uint8Array(RECORD_HEADER + body.length);
    new DataView(record.buffer).setUint32(0, recordHeader(kind, body.length, handle));
    record.set(body, RECORD_HEADER);
    this.#arrived.push(record);
    this.#pass();
  }

  #pass(): void {
    const resolve = this.#reader;
    const record = this.#arrived[0];
    if (resolve === undefined || record === undefined && !this.#isClosed) return;
    this.#reader = undefined;
    if (record === undefined) return resolve(null);
    this.#arrived.shift();
    this.#into.set(record);
    resolve(record.length);
  }
}
