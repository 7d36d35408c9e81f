/** Finds the blocks of a PEM text (RFC 7468). Pure. */

const BLOCK = /-----BEGIN ([^\n-]*)-----([^-]*)(?:-----END ([^\n-]*)-----)?/gi;

/** One block, whole or not. */
export interface PemBlock {
  /** As written, such as `CERTIFICATE`. */
  label: string;
  /** The text up to the end line, usually base64; undefined if that line is missing. */
  body: string | undefined;
}

/** All blocks of a text in its order, also those that are damaged. Other text is ignored. */
export function pemBlocks(text: string): PemBlock[] {
  return [...text.matchAll(BLOCK)].map(([, label, body, end]) => ({
    label,
    body: end === label ? body : undefined,
  }));
}

/** The first private key of a text, of any format, as PEM; undefined if there is none. */
export function privateKeyIn(text: string): string | undefined {
  const found = pemBlocks(text).find(({ label }) => /PRIVATE KEY$/i.test(label));
  if (found?.body === undefined) return found && text; // damaged or encrypted: its reader says which
  return `-----BEGIN ${found.label}-----${found.body}-----END ${found.label}-----\n`;
}
