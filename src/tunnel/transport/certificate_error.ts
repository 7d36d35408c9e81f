/** A server did not present a certificate that a pin accepts. */
export class CertificateError extends Error {
  override name = "CertificateError";
  /** TLS's name for the reason, such as "UnknownIssuer". */
  readonly why: string;

  constructor(why: string, options?: ErrorOptions) {
    super(`the server does not have the key of a pinned certificate (${why})`, options);
    this.why = why;
  }
}

/**
 * Converts Deno's TLS or QUIC error about a certificate to a CertificateError; keeps other errors.
 */
export function nameCertificateError(error: unknown): unknown {
  const message = error instanceof Error ? error.message : "";
  const [, why] = /invalid peer certificate: (.*)/s.exec(message) ?? [];
  return why === undefined ? error : new CertificateError(why, { cause: error });
}
