/** The networks from which clients have logged in, on disk. */
import { crc32 } from "node:zlib";
import { type Quarantine, quarantine } from "./quarantine.ts";
import { causeOf } from "./state_error.ts";

/** Name of the file in `state_dir`. */
export const NETWORK_FILE = "networks.json";
/** Maximum number of networks in the file; of more, the latest are stored. */
export const MAX_STORED = 16_384;
/** Maximum length of the file, in bytes; a longer one is damaged. */
const MAX_FILE = 4 << 20;
/** Version of the format; a file of another one is quarantined. */
const VERSION = 1;
/** Maximum length of a client's name, in UTF-16 units. */
const MAX_NAME = 64;
/** An IPv4 address or an IPv6 /64, as `networksOf` names them, and a zone. */
const NETWORK = /^[\d.:a-f]{1,40}(?:\/64)?$/;

/** A network from which a client has logged in, and when last: wall clock, milliseconds. */
export interface StoredNetwork {
  readonly client: string;
  readonly network: string;
  readonly at: number;
}

/** What was stored; a file that could not be used was quarantined. */
export interface StoredNetworks {
  readonly networks: readonly StoredNetwork[];
  readonly quarantined?: Quarantine;
}

/** Callbacks of the file. */
export interface NetworkFileOptions {
  /** Wall clock, in milliseconds. */
  now: () => number;
  /** Called once when reading or writing starts to fail. */
  onTrouble: (message: string) => void;
  /** Called when writing works again. */
  onRecovery: () => void;
}

/** A file that is replaced as a whole, so that a kill or a power cut leaves the former one. */
export class NetworkFile {
  readonly #path: string;
  readonly #options: NetworkFileOptions;
  #isFailing = false;

  /** `directory` is the daemon's own `state_dir`, which it has locked. */
  constructor(directory: string, options: NetworkFileOptions) {
    this.#path = `${directory}/${NETWORK_FILE}`;
    this.#options = options;
  }

  /** Reads the file, once, at the start. One that is missing or cannot be read counts as empty. */
  load(): StoredNetworks {
    try {
      const networks = decode(this.#read());
      if (typeof networks !== "string") return { networks };
      const fault = networks === WRONG_VERSION ? "version" : "damaged";
      const quarantined = quarantine(this.#path, fault, networks, this.#options.now());
      return { networks: [], quarantined };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) this.#fail(error);
      return { networks: [] };
    }
  }

  /** Replaces the file; resolves when that is done or has failed. Never rejects. */
  async save(networks: readonly StoredNetwork[]): Promise<boolean> {
    const next = `${this.#path}.new`;
    try {
      await Deno.remove(next).catch(() => {});
      await write(next, encode(networks.slice(-MAX_STORED)));
      await Deno.rename(next, this.#path);
    } catch (error) {
      await Deno.remove(next).catch(() => {});
      this.#fail(error);
      return false;
    }
    if (this.#isFailing) this.#options.onRecovery();
    this.#isFailing = false;
    return true;
  }

  /** The content; empty if it is too long. Throws the operating system's errors. */
  #read(): Uint8Array {
    const { isFile, size } = Deno.lstatSync(this.#path);
    if (!isFile) throw new Error(`"${this.#path}" is not a regular file`);
    return size > MAX_FILE ? new Uint8Array() : Deno.readFileSync(this.#path);
  }

  #fail(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#options.onTrouble(
      `Cannot keep the networks of clients in "${this.#path}": ${causeOf(error)}`,
    );
  }
}

const WRONG_VERSION = "another version of pppoe-proxy has written it";

function encode(networks: readonly StoredNetwork[]): Uint8Array<ArrayBuffer> {
  const rows = networks.map(({ client, network, at }) => [client, network, at]);
  const content = { version: VERSION, checked: checkOf(rows), networks: rows };
  return new TextEncoder().encode(JSON.stringify(content));
}

/** Returns the networks, or why they cannot be used: the end of a sentence. */
function decode(bytes: Uint8Array): readonly StoredNetwork[] | string {
  let content: { version?: unknown; checked?: unknown; networks?: unknown } | null;
  try {
    content = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return "it is not JSON, or too long";
  }
  if (typeof content?.version !== "number") return "it has no version";
  if (content.version !== VERSION) return WRONG_VERSION;
  const rows = content.networks;
  if (!Array.isArray(rows) || content.checked !== checkOf(rows)) return "its check fails";
  return rows.every(isRow)
    ? rows.map(([client, network, at]) => ({ client, network, at }))
    : "it has an invalid row";
}

function checkOf(rows: unknown): number {
  return crc32(JSON.stringify(rows));
}

function isRow(row: unknown): row is [client: string, network: string, at: number] {
  if (!Array.isArray(row) || row.length !== 3) return false;
  const [client, network, at] = row;
  return typeof client === "string" && client.length > 0 && client.length <= MAX_NAME &&
    typeof network === "string" && NETWORK.test(network) && Number.isSafeInteger(at);
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  await file.syncData();
}
