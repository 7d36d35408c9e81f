/**
 * Runs the handshake of `handshake.ts` over a connection, one function a role. Nothing is read
 * beyond the peer's last handshake byte, so the record reader can take over the connection.
 */
import { randomBytes } from "node:crypto";
import { type CloseCode, decodeClose, encodeClose, type TunnelEnd } from "./close_reason.ts";
import type { Connection } from "./connection.ts";
import {
  decodeChallenge,
  decodeHello,
  encodeChallenge,
  encodeHello,
  MAX_SECRETS,
  NONCE_BYTES,
  PROOF_BYTES,
  PROTOCOL_VERSION,
  prove,
  sameProof,
} from "./handshake.ts";
import { ControlType, KIND_CONTROL, RECORD_HEADER, recordHeader } from "./record.ts";

/** Longest record either side accepts before authentication; what is read in all stays below 1 KiB. */
const MAX_HANDSHAKE_BODY = 256;

/** The handshake failed; `end` says why in the words that both sides log. */
export class HandshakeError extends Error {
  override name = "HandshakeError";
  readonly end: TunnelEnd;

  constructor(end: TunnelEnd) {
    super(`Cannot authenticate the tunnel: ${end.reason}${end.detail && `, ${end.detail}`}`);
    this.end = end;
  }
}

/** What an error before or in the handshake means as the end of a tunnel. */
export function endOf(error: unknown): TunnelEnd {
  if (error instanceof HandshakeError) return error.end;
  const detail = error instanceof Error ? error.message : String(error);
  return { reason: "connection-lost", by: "network", detail };
}

/** Client: who we are and which certificates a server may answer for. */
export interface ClientCredentials {
  name: string;
  secret: Uint8Array;
  /** SHA-256 of each pinned certificate. */
  pins: readonly Uint8Array[];
}

/** Server: its certificate's SHA-256 and the secrets of its clients by name, up to MAX_SECRETS each. */
export interface ServerCredentials {
  fingerprint: Uint8Array;
  secrets(name: string): readonly Uint8Array[];
}

/** Proves our name to the server and has it prove that it knows our secret. */
export async function authenticateToServer(
  connection: Connection,
  credentials: ClientCredentials,
): Promise<void> {
  const hello = encodeHello({
    version: PROTOCOL_VERSION,
    features: 0,
    nonce: randomBytes(NONCE_BYTES),
    name: credentials.name,
  });
  await send(connection, ControlType.hello, hello);
  const challengeBody = await receive(connection, ControlType.challenge);
  const challenge = decodeChallenge(challengeBody);
  if (challenge === undefined) return fail(connection, "protocol-violation", "malformed challenge");
  if (challenge.version !== PROTOCOL_VERSION) {
    return fail(connection, "unsupported-version", `version ${challenge.version}`);
  }
  const { fingerprint } = challenge;
  if (!credentials.pins.some((pin) => sameProof(pin, fingerprint))) {
    return refuseCertificate(connection, fingerprint, credentials.pins);
  }
  await send(
    connection,
    ControlType.proof,
    prove(credentials.secret, "client", hello, challengeBody),
  );
  const proof = await receive(connection, ControlType.accept);
  if (!sameProof(prove(credentials.secret, "server", hello, challengeBody), proof)) {
    return fail(connection, "not-authenticated", "the server does not know our secret");
  }
}

/** What an unknown name is checked against, so that it costs and answers the same as a wrong proof. */
const NOBODY = randomBytes(32);

/** The secret that a proof was made with; always the same work, however many there are. */
function findSecret(
  secrets: readonly Uint8Array[],
  hello: Uint8Array,
  challenge: Uint8Array,
  proof: Uint8Array,
): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  for (let i = 0; i < MAX_SECRETS; i++) {
    const right = sameProof(prove(secrets[i] ?? NOBODY, "client", hello, challenge), proof);
    if (right) found = secrets[i];
  }
  return found;
}

/** A client that has proved its name, and waits to be let in. */
export interface ProvenClient {
  readonly name: string;
  /** Proves our knowledge of its secret, and lets it in. */
  accept(): Promise<void>;
  /** Tells it why it is not let in, and throws the same. */
  refuse(reason: CloseCode, detail: string): Promise<never>;
}

/** Has a client prove its name, proves our knowledge of its secret, and returns the name. */
export async function authenticateClient(
  connection: Connection,
  credentials: ServerCredentials,
): Promise<string> {
  const client = await proveClient(connection, credentials);
  await client.accept();
  return client.name;
}

/** Has a client prove its name. */
export async function proveClient(
  connection: Connection,
  credentials: ServerCredentials,
): Promise<ProvenClient> {
  const helloBody = await receive(connection, ControlType.hello);
  // The version is looked at first: the rest of another version's hello may differ.
  if (helloBody[0] !== PROTOCOL_VERSION) {
    return fail(connection, "unsupported-version", `we speak version ${PROTOCOL_VERSION}`);
  }
  const hello = decodeHello(helloBody);
  if (hello === undefined) return fail(connection, "protocol-violation", "malformed hello");
  const challenge = encodeChallenge({
    version: PROTOCOL_VERSION,
    features: 0,
    nonce: randomBytes(NONCE_BYTES),
    fingerprint: credentials.fingerprint,
  });
  await send(connection, ControlType.challenge, challenge);
  const proof = await receive(connection, ControlType.proof);
  const secret = findSecret(credentials.secrets(hello.name), helloBody, challenge, proof);
  if (secret === undefined) return fail(connection, "not-authenticated", "");
  const accept = prove(secret, "server", helloBody, challenge);
  return {
    name: hello.name,
    accept: () => send(connection, ControlType.accept, accept),
    refuse: (reason, detail) => fail(connection, reason, detail),
  };
}

/** A server with a pinned certificate's key that answers for another certificate. */
async function refuseCertificate(
  connection: Connection,
  shown: Uint8Array,
  pins: readonly Uint8Array[],
): Promise<never> {
  const refused = `another certificate is expected than the one with SHA-256 ${shown.toHex()}`;
  const pinned = pins.map((pin) => pin.toHex()).join(" or ");
  try {
    return await fail(connection, "not-authenticated", refused);
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    throw new HandshakeError({
      ...error.end,
      detail:
        `the server answers for a certificate with SHA-256 ${shown.toHex()}, pinned is ${pinned}`,
    });
  }
}

/** Tells the peer why, then throws the same. */
async function fail(connection: Connection, reason: CloseCode, detail: string): Promise<never> {
  await send(connection, ControlType.close, encodeClose(reason, detail)).catch(() => {});
  await connection.delivered?.();
  throw new HandshakeError({ reason, by: "us", detail });
}

async function send(connection: Connection, type: number, body: Uint8Array): Promise<void> {
  const record = new Uint8Array(RECORD_HEADER + body.length);
  new DataView(record.buffer).setUint32(0, recordHeader(KIND_CONTROL, body.length, type));
  record.set(body, RECORD_HEADER);
  for (let at = 0; at < record.length;) at += await connection.write(record.subarray(at));
}

async function receive(connection: Connection, type: number): Promise<Uint8Array> {
  const head = await readExactly(connection, RECORD_HEADER);
  const header = new DataView(head.buffer).getUint32(0);
  const [kind, length, got] = [header >>> 30, header >>> 16 & 0x3fff, header & 0xffff];
  if (kind !== KIND_CONTROL || length > MAX_HANDSHAKE_BODY) {
    return fail(connection, "protocol-violation", "no handshake record");
  }
  if (got !== type && got !== ControlType.close) {
    return fail(connection, "protocol-violation", `control record ${got} in place of ${type}`);
  }
  if (type === ControlType.proof && got === type && length !== PROOF_BYTES) {
    return fail(connection, "protocol-violation", "malformed proof");
  }
  const body = await readExactly(connection, length);
  if (got === ControlType.close) throw new HandshakeError(decodeClose(body));
  return body;
}

async function readExactly(connection: Connection, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await connection.read(bytes.subarray(at));
    if (count === null) {
      throw new HandshakeError({
        reason: "connection-lost",
        by: "network",
        detail: "the peer closed the connection during the handshake",
      });
    }
    at += count;
  }
  return bytes;
}
