const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/;

/**
 * SHA-256 of the first certificate's DER, 32 bytes: what `openssl x509 -fingerprint -sha256`
 * shows. Throws SyntaxError when the text holds no certificate in PEM (RFC 7468).
 */
export async function readPin(pem: string): Promise<Uint8Array> {
  const [, body] = BLOCK.exec(pem) ?? [];
  if (body === undefined) {
    throw new SyntaxError(
      'Cannot read the certificate: the file has no "-----BEGIN CERTIFICATE-----" block in PEM',
    );
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.fromBase64(body)));
}
