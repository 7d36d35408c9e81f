/** TLS hellos as bytes (RFC 8446 section 4.1), valid or not. */

/** A number, most significant byte first. */
export const uint = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, index) => value >>> 8 * (size - 1 - index) & 255);

/** Bytes after their length. */
export const vector = (bytes: readonly number[], size: number): number[] => [
  ...uint(bytes.length, size),
  ...bytes,
];

export const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

const extension = (type: number, content: readonly number[]): number[] => [
  ...uint(type, 2),
  ...vector(content, 2),
];

/** The extension with a client's supported versions. */
export const supportedVersions = (...versions: number[]): number[] =>
  extension(43, vector(versions.flatMap((version) => uint(version, 2)), 1));

/** The extension with the version that a server has chosen. */
export const chosenVersion = (version: number): number[] => extension(43, uint(version, 2));

export const alpn = (...names: string[]): number[] =>
  extension(16, vector(names.flatMap((name) => vector(ascii(name), 1)), 2));

/** A ClientHello with these extensions. */
export function clientHello(...extensions: number[][]): number[] {
  return [
    1,
    ...vector([
      ...uint(0x0303, 2),
      ...Array(32).fill(7),
      ...vector(Array(32).fill(9), 1),
      ...vector([0x13, 0x01, 0x13, 0x02], 2),
      ...vector([0], 1),
      ...vector(extensions.flat(), 2),
    ], 3),
  ];
}

/** A ServerHello with these extensions. */
export function serverHello(...extensions: number[][]): number[] {
  return [
    2,
    ...vector([
      ...uint(0x0303, 2),
      ...Array(32).fill(7),
      ...vector(Array(32).fill(9), 1),
      ...[0x13, 0x02, 0],
      ...vector(extensions.flat(), 2),
    ], 3),
  ];
}

/** Handshake records of the given length each. */
export function handshakeRecords(bytes: readonly number[], size = 0x4000): Uint8Array {
  const parts = [];
  for (let at = 0; at < bytes.length; at += size) {
    parts.push(22, 3, 1, ...vector(bytes.slice(at, at + size), 2));
  }
  return Uint8Array.from(parts);
}
