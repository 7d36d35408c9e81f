/** A server did not show a certificate that a pin vouches for. */
export class CertificateError extends Error {
  override name = "CertificateError";
  /** TLS's word for it, such as "UnknownIssuer". */
  readonly why: string;

  constructor(why: string, options?: ErrorOptions) {
    super(`the server does not have the key of a pinned certificate (${why})`, options);
    this.why = why;
  }
}

/** The same error, or a CertificateError in place of what Deno's TLS and QUIC throw for one. */
export function nameCertificateError(error: unknown): unknown {
  const message = error instanceof Error ? error.message : "";
  const [, why] = /invalid peer certificate: (.*)/s.exec(message) ?? [];
  return why === undefined ? error : new CertificateError(why, { cause: error });
}
