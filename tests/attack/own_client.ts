/** A client of a lab's server whose secret an attacker has. */
import { readClientFiles } from "../../src/config/files/files.ts";
import { loadConfig } from "../../src/config/load.ts";
import { transportsOf } from "../../src/config/transports.ts";
import { clientSettings } from "../../src/daemon/client_access.ts";
import { dialServer } from "../../src/daemon/dial.ts";
import { decodeClose, type TunnelEnd } from "../../src/tunnel/close_reason.ts";
import { abandon, type Connection } from "../../src/tunnel/transport/connection.ts";
import { LOGIN } from "./attacked_server.ts";
import { ControlType, KIND_CONTROL, MAX_RECORD_BODY } from "../../src/tunnel/record/record.ts";

/** Default time for the server to accept bytes, in milliseconds. */
const PATIENCE = 30_000;

/** An authenticated connection with access to its raw bytes. */
export class OwnClient implements Disposable {
  #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Logs in with the configuration `NAME.toml` in a lab's folder. */
  static async logIn(folder: string, name: string): Promise<OwnClient> {
    const config = await loadConfig(`${folder}/${name}.toml`);
    if (config.mode !== "client") throw new TypeError(`${name}.toml is not a client configuration`);
    const settings = clientSettings(config, await readClientFiles(config));
    const { connect } = config.tunnel;
    const [transport] = transportsOf(config.tunnel.transport);
    const now = () => performance.now();
    const options = { ...settings, transport, tune: () => {}, now };
    return new OwnClient(await dialServer(connect[0], LOGIN, options));
  }

  /** Sends raw bytes; returns false if the server disconnected or does not accept them in time. */
  async send(bytes: Uint8Array, deadline = performance.now() + PATIENCE): Promise<boolean> {
    for (let at = 0; at < bytes.length;) {
      const late = new Promise<void>((resolve) => {
        setTimeout(resolve, Math.max(0, deadline - performance.now()));
      });
      const taken = await Promise.race([
        this.#connection.write(bytes.subarray(at)).catch(() => undefined),
        late,
      ]);
      if (typeof taken !== "number") return false;
      at += taken;
    }
    return true;
  }

  /**
   * Sends a datagram once there is room for it; returns false if the server disconnected or there
   * is no room in time.
   */
  async sendDatagram(datagram: Uint8Array, deadline: number): Promise<boolean> {
    const { datagrams } = this.#connection;
    if (datagrams === undefined) throw new TypeError("Only QUIC has datagrams");
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), Math.max(0, deadline - performance.now()));
    });
    const sent = datagrams.send(datagram).then(() => true, () => false);
    const inTime = await Promise.race([sent, late]);
    clearTimeout(timer);
    return inTime;
  }

  /** Reads until the server disconnects; returns the reason that it gave. */
  async ended(): Promise<TunnelEnd | undefined> {
    const seen: number[] = [];
    const buffer = new Uint8Array(64 * 1024);
    while (true) {
      const count = await this.#connection.read(buffer).catch(() => null);
      if (count === null) return undefined;
      for (const byte of buffer.subarray(0, count)) seen.push(byte);
      const close = closeIn(seen);
      if (close !== undefined) return close;
    }
  }

  [Symbol.dispose](): void {
    abandon(this.#connection);
  }
}

/** Removes whole records from the front; returns the end if one of them is a close record. */
function closeIn(bytes: number[]): TunnelEnd | undefined {
  let at = 0;
  while (bytes.length - at >= 4) {
    const [a, b, c, d] = bytes.slice(at, at + 4);
    const end = at + 4 + ((a << 8 | b) & MAX_RECORD_BODY);
    if (end > bytes.length) break;
    if (a >>> 6 === KIND_CONTROL && (c << 8 | d) === ControlType.close) {
      return decodeClose(Uint8Array.from(bytes.slice(at + 4, end)));
    }
    at = end;
  }
  bytes.splice(0, at);
  return undefined;
}
