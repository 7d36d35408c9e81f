/**
 * Runs the handshake of `handshake.ts` over a connection, one function per role. Reads nothing
 * beyond the peer's last handshake byte, so that the record reader can take over the connection.
 */
import { randomBytes } from "node:crypto";
import {
  type Claim,
  type CloseCode,
  decodeClose,
  encodeClose,
  type TunnelEnd,
} from "./close_reason.ts";
import type { Connection } from "./transport/connection.ts";
import {
  decodeChallenge,
  decodeHello,
  encodeChallenge,
  encodeHello,
  FEATURE_ENDED,
  FEATURE_INSTANCE,
  FEATURE_PACKETS,
  type Hello,
  instanceOf,
  MAX_SECRETS,
  NONCE_BYTES,
  PROOF_BYTES,
  PROTOCOL_VERSION,
  prove,
  sameProof,
} from "./handshake.ts";
import { ControlType, KIND_CONTROL, RECORD_HEADER, recordHeader } from "./record/record.ts";

/** Maximum length of a record before authentication; less than 1 KiB is read in total. Bytes. */
const MAX_HANDSHAKE_BODY = 256;

/** A failed handshake; `end` has the reason that both sides log. */
export class HandshakeError extends Error {
  override name = "HandshakeError";
  readonly end: TunnelEnd;

  constructor(end: TunnelEnd) {
    super(`Cannot authenticate the tunnel: ${end.reason}${end.detail && `, ${end.detail}`}`);
    this.end = end;
  }
}

/** Converts an error before or during the handshake to the end of a tunnel. */
export function endOf(error: unknown): TunnelEnd {
  if (error instanceof HandshakeError) return error.end;
  const detail = error instanceof Error ? error.message : String(error);
  return { reason: "connection-lost", by: "network", detail };
}

/** A client's credentials: its identity and the certificates that it accepts. */
export interface ClientCredentials {
  name: string;
  secret: Uint8Array;
  /** SHA-256 of each pinned certificate. */
  pins: readonly Uint8Array[];
  /**
   * 16 random bytes of this process, so that the server lets a new tunnel replace the old one even
   * while that still answers.
   */
  instance?: Uint8Array;
}

/**
 * A server's credentials: its certificate's SHA-256, and up to MAX_SECRETS secrets per client name.
 */
export interface ServerCredentials {
  fingerprint: Uint8Array;
  secrets(name: string): readonly Uint8Array[];
}

/** Proves the client's name to the server, and verifies that the server knows the secret. */
export async function authenticateToServer(
  connection: Connection,
  credentials: ClientCredentials,
): Promise<void> {
  const nonce = Uint8Array.from(randomBytes(NONCE_BYTES));
  nonce.set(credentials.instance ?? []);
  const hello = encodeHello({
    version: PROTOCOL_VERSION,
    features: FEATURE_PACKETS | FEATURE_ENDED |
      (credentials.instance === undefined ? 0 : FEATURE_INSTANCE),
    nonce,
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
  useFeatures(connection, challenge.features);
}

/**
 * Checked for an unknown name, so that it takes as long and gets the same answer as a wrong proof.
 */
const DUMMY_SECRET = randomBytes(32);

/** The secret of a proof, if any. Does the same work for any number of secrets. */
function findSecret(
  secrets: readonly Uint8Array[],
  hello: Uint8Array,
  challenge: Uint8Array,
  proof: Uint8Array,
): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  for (let i = 0; i < MAX_SECRETS; i++) {
    const right = sameProof(prove(secrets[i] ?? DUMMY_SECRET, "client", hello, challenge), proof);
    if (right) found = secrets[i];
  }
  return found;
}

/** A client that has proved its name and waits to be accepted. */
export interface ProvenClient {
  readonly name: string;
  /** Identifies its process, if it said so. */
  readonly instance: string | undefined;
  /** Accepts the client, with proof that the server knows its secret. */
  accept(): Promise<void>;
  /** Sends the client the reason for a refusal, and throws it as HandshakeError. */
  refuse(reason: CloseCode, detail: string): Promise<never>;
}

/** Authenticates a client, and the server to it; returns the client's name. */
export async function authenticateClient(
  connection: Connection,
  credentials: ServerCredentials,
): Promise<string> {
  const client = await proveClient(connection, credentials);
  await client.accept();
  return client.name;
}

/** Verifies a client's proof of its name. */
export async function proveClient(
  connection: Connection,
  credentials: ServerCredentials,
): Promise<ProvenClient> {
  const helloBody = await receive(connection, ControlType.hello);
  // The version is checked first: the rest of another version's hello may differ.
  if (helloBody[0] !== PROTOCOL_VERSION) {
    return fail(
      connection,
      "unsupported-version",
      `the server supports version ${PROTOCOL_VERSION}`,
    );
  }
  const hello = decodeHello(helloBody);
  if (hello === undefined) return fail(connection, "protocol-violation", "malformed hello");
  const secrets = credentials.secrets(hello.name);
  const claim: Claim = { name: hello.name, isKnown: secrets.length > 0 };
  return await proveClaim(connection, credentials, claim, hello, helloBody).catch((error) => {
    if (!(error instanceof HandshakeError)) throw error;
    throw new HandshakeError({ ...error.end, claim });
  });
}

/** Verifies the proof of a hello. */
async function proveClaim(
  connection: Connection,
  credentials: ServerCredentials,
  claim: Claim,
  hello: Hello,
  helloBody: Uint8Array,
): Promise<ProvenClient> {
  const challenge = encodeChallenge({
    version: PROTOCOL_VERSION,
    features: FEATURE_PACKETS | FEATURE_ENDED | FEATURE_INSTANCE,
    nonce: randomBytes(NONCE_BYTES),
    fingerprint: credentials.fingerprint,
  });
  await send(connection, ControlType.challenge, challenge);
  const proof = await receive(connection, ControlType.proof);
  const secret = findSecret(credentials.secrets(hello.name), helloBody, challenge, proof);
  if (secret === undefined) return fail(connection, "not-authenticated", "");
  const accept = prove(secret, "server", helloBody, challenge);
  useFeatures(connection, hello.features);
  return {
    name: hello.name,
    instance: instanceOf(hello),
    accept: () => send(connection, ControlType.accept, accept),
    refuse: (reason, detail) => fail(connection, reason, detail, claim),
  };
}

/** Uses what the peer can do. */
function useFeatures(connection: Connection, features: number): void {
  const { datagrams } = connection;
  connection.readsEnded = (features & FEATURE_ENDED) !== 0;
  if (datagrams !== undefined) datagrams.packs = (features & FEATURE_PACKETS) !== 0;
}

/** Refuses a server that has a pinned certificate's key but names another certificate. */
async function refuseCertificate(
  connection: Connection,
  shown: Uint8Array,
  pins: readonly Uint8Array[],
): Promise<never> {
  const refused = `certificate with SHA-256 ${shown.toHex()} is not pinned`;
  const pinned = pins.map((pin) => pin.toHex()).join(" or ");
  try {
    return await fail(connection, "not-authenticated", refused);
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    throw new HandshakeError({
      ...error.end,
      detail:
        `the server has a certificate with SHA-256 ${shown.toHex()}, but the pin is ${pinned}`,
    });
  }
}

/** Sends the peer the reason, then throws it as HandshakeError. */
async function fail(
  connection: Connection,
  reason: CloseCode,
  detail: string,
  claim?: Claim,
): Promise<never> {
  await send(connection, ControlType.close, encodeClose(reason, detail)).catch(() => {});
  await connection.delivered?.();
  throw new HandshakeError({ reason, by: "us", detail, ...(claim && { claim }) });
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
    return fail(connection, "protocol-violation", "not a handshake record");
  }
  if (got !== type && got !== ControlType.close) {
    return fail(connection, "protocol-violation", `control record ${got} instead of ${type}`);
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
