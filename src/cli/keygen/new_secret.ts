const SECRET_BYTES = 32;

/** Days for which a new certificate is valid by default. */
export const CERTIFICATE_DAYS = 3_650;

/** Returns 32 random bytes as hexadecimal digits. */
export function newSecret(): string {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toHex();
}
