import { HandshakeError } from "../authenticate.ts";
import type { TunnelEnd } from "../close_reason.ts";
import { MAX_SERVER_HELLO, readServerAnswer } from "./server_hello.ts";
import { describeAlert, TlsAlert } from "./tls_alert.ts";

/** Copies received bytes without consuming them; returns null at the end of the stream. */
export type Peek = (into: Uint8Array<ArrayBuffer>) => number | null;

/** Time to the next check, as a share of the time already waited: an eighth of a round trip. */
const POLL_GROWTH = 1 / 8;
/** Minimum and maximum time between two checks, in milliseconds. */
const SHORTEST = 1;
const LONGEST = 20;

/**
 * Waits until a server has chosen TLS 1.3. Throws HandshakeError if it chooses another version,
 * refuses, or does not speak TLS; throws the signal's reason if that aborts.
 */
export async function awaitTls13(peek: Peek, signal: AbortSignal): Promise<void> {
  const bytes = new Uint8Array(MAX_SERVER_HELLO);
  const since = performance.now();
  for (let seen = 0;;) {
    signal.throwIfAborted();
    const count = peek(bytes);
    if (count === null) throw ended("connection-lost", "network", HUNG_UP);
    if (count > seen) {
      seen = count;
      const answer = readServerAnswer(bytes.subarray(0, count));
      if (answer === "malformed") throw ended("protocol-violation", "us", NO_TLS);
      if (answer !== "incomplete") {
        if ("alert" in answer) throw alertError(answer.alert);
        if (answer.tls13) return;
        throw ended("protocol-violation", "us", OLD_TLS);
      }
    }
    const next = Math.max(SHORTEST, (performance.now() - since) * POLL_GROWTH);
    await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST, next)));
  }
}

const HUNG_UP =
  "the server closed the connection before TLS began; is it a pppoe-proxy, and does it have room for another connection?";
const NO_TLS = "the server does not speak TLS; is it a pppoe-proxy?";
const OLD_TLS = "the server chose TLS 1.2, but only TLS 1.3 is accepted; is it a pppoe-proxy?";

/** Converts a server's refusal to the end of an attempt. */
export function alertError(alert: number): HandshakeError {
  const reason = alert === TlsAlert.internalError
    ? "too-many-connections"
    : alert === TlsAlert.protocolVersion || alert === TlsAlert.noApplicationProtocol
    ? "unsupported-version"
    : "connection-lost";
  return ended(reason, "peer", describeAlert(alert));
}

/** Deno's names of alerts that it has read itself, mapped to the alerts before TLS. */
const BY_NAME: Readonly<Record<string, number>> = {
  InternalError: TlsAlert.internalError,
  ProtocolVersion: TlsAlert.protocolVersion,
  NoApplicationProtocol: TlsAlert.noApplicationProtocol,
};

/** Converts Deno's error for a server's refusal to one that says why; returns others unchanged. */
export function nameRefusal(error: unknown): unknown {
  const message = error instanceof Error ? error.message : "";
  const [, name] = /received fatal alert: (\w+)/.exec(message) ?? [];
  if (name !== undefined && Object.hasOwn(BY_NAME, name)) return alertError(BY_NAME[name]);
  // QUIC: CONNECTION_REFUSED, and an alert as a CRYPTO_ERROR (RFC 9000 section 20.1)
  if (/refused to accept a new connection/.test(message)) return alertError(TlsAlert.internalError);
  return /error 120: /.test(message) ? alertError(TlsAlert.noApplicationProtocol) : error;
}

function ended(reason: TunnelEnd["reason"], by: TunnelEnd["by"], detail: string): HandshakeError {
  return new HandshakeError({ reason, by, detail });
}
