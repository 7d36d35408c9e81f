/** Bytes before authentication, from a client or server that does not know the secret. */
import {
  authenticateClient,
  authenticateToServer,
  HandshakeError,
} from "../../../src/tunnel/authenticate.ts";
import {
  encodeChallenge,
  encodeHello,
  NONCE_BYTES,
  PROOF_BYTES,
} from "../../../src/tunnel/handshake.ts";
import { CLOSE_CODES, encodeClose } from "../../../src/tunnel/close_reason.ts";
import { ControlType, KIND_CONTROL } from "../../../src/tunnel/record/record.ts";
import { record } from "../../proxy/raw_client.ts";
import { type MemoryConnection, memoryConnectionPair } from "../../tunnel/memory_connection.ts";
import { Random } from "../random.ts";
import { must, mustBePrintable, type Target } from "../target.ts";

/** Maximum number of bytes that a side reads before it has verified the other. */
const MOST_READ = 1_024;
const SECRET = new Uint8Array(32).fill(7);
const FINGERPRINT = new Uint8Array(32).fill(9);

function control(type: number, body: Uint8Array): Uint8Array {
  return record(KIND_CONTROL, type, body);
}

/** Well-formed messages of the other side. */
function said(random: Random): Uint8Array[] {
  const head = { version: random.oneIn(5) ? 2 : 1, features: 0, nonce: random.bytes(NONCE_BYTES) };
  const name = random.pick(["branch-1", "nobody"]);
  return [
    control(ControlType.hello, encodeHello({ ...head, name })),
    control(ControlType.challenge, encodeChallenge({ ...head, fingerprint: FINGERPRINT })),
    control(ControlType.proof, random.bytes(PROOF_BYTES)),
    control(ControlType.accept, random.bytes(PROOF_BYTES)),
    control(ControlType.close, encodeClose("not-authenticated", "no\nway")),
    control(ControlType.ping, random.bytes(8)),
    record(random.below(4), random.below(10), random.bytes(random.below(300))),
  ];
}

export const handshake: Target = {
  name: "handshake",
  text: false,
  maxLength: 2_000,
  dictionary: said(new Random(1)),
  /** The first byte selects the role and how the bytes are split. */
  generate(random) {
    const asServer = random.oneIn(2);
    const all = said(random);
    const parts = asServer ? [all[1], all[3]] : [all[0], all[2]];
    if (random.oneIn(2)) parts[random.below(2)] = random.pick(all);
    return Uint8Array.from([
      random.below(128) * 2 + Number(asServer),
      ...parts.flatMap((p) => [...p]),
    ]);
  },
  async run(input) {
    const [head = 0, ...rest] = input;
    const [us, them] = memoryConnectionPair();
    const role = head % 2 === 1 ? playServer(them) : playClient(them);
    const outcome = role.then(
      (value) => ({ value, error: undefined }),
      (error) => ({ value: undefined, error }),
    );
    const size = 1 + (head >> 1) * 5;
    for (let at = 0; at < rest.length && !them.closed; at += size) {
      await us.write(Uint8Array.from(rest.slice(at, at + size)));
    }
    await quiet();
    us.close();
    const { error } = await outcome;
    must(error !== undefined, "authenticated without the secret");
    must(error instanceof HandshakeError || error instanceof Deno.errors.BrokenPipe, String(error));
    must(them.readBytes <= MOST_READ, `${them.readBytes} bytes were read`);
    must(us.receivedBytes <= MOST_READ, `${us.receivedBytes} bytes were written`);
    if (!(error instanceof HandshakeError)) return ["gone"];
    mustBePrintable(error.message);
    const { reason } = error.end;
    const known = reason in CLOSE_CODES || reason === "connection-lost" ||
      reason === "unknown-reason";
    must(known, `ended with ${reason}`);
    return [`${reason} by ${error.end.by}`];
  },
};

function playClient(them: MemoryConnection): Promise<unknown> {
  const secrets = (name: string) => name === "branch-1" ? [SECRET] : [];
  return authenticateClient(them, { fingerprint: FINGERPRINT, secrets });
}

function playServer(them: MemoryConnection): Promise<unknown> {
  return authenticateToServer(them, { name: "branch-1", secret: SECRET, pins: [FINGERPRINT] })
    .then(() => "server");
}

/** Waits until the other side has read everything and answered. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
