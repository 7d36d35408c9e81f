/** PPP packets as sent by peers. */

/** Encodes text as UTF-8. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function packet(protocol: number, code: number, body: readonly number[]): Uint8Array {
  const length = body.length + 4;
  return Uint8Array.of(protocol >> 8, protocol, code, 1, length >> 8, length, ...body);
}

/** Builds a PAP Authenticate-Request (RFC 1334 section 2.2.1). */
export function papRequest(name: string, password: string): Uint8Array {
  const [a, b] = [utf8(name), utf8(password)];
  return packet(0xc023, 1, [a.length, ...a, b.length, ...b]);
}

/** Builds a PAP Authenticate-Ack (code 2) or -Nak (code 3). */
export function papAnswer(code: number, message: string): Uint8Array {
  return packet(0xc023, code, [utf8(message).length, ...utf8(message)]);
}

/** Builds a CHAP Challenge (code 1) or Response (code 2) (RFC 1994 section 4.1). */
export function chapValue(code: number, value: Uint8Array, name: string): Uint8Array {
  return packet(0xc223, code, [value.length, ...value, ...utf8(name)]);
}

/** Builds a CHAP Success (code 3) or Failure (code 4). */
export function chapText(code: number, text: string): Uint8Array {
  return packet(0xc223, code, [...utf8(text)]);
}

/** Builds an EAP Request (code 1) or Response (code 2) of a type (RFC 3748 section 4.1). */
export function eap(code: number, type: number, data: Uint8Array): Uint8Array {
  return packet(0xc227, code, [type, ...data]);
}

/** Builds an LCP Protocol-Reject (RFC 1661 section 5.7) of a PPP frame. */
export function protocolReject(rejected: Uint8Array): Uint8Array {
  return packet(0xc021, 8, [...rejected]);
}

/** Builds an LCP Echo-Request. */
export function echoRequest(): Uint8Array {
  return packet(0xc021, 9, [1, 2, 3, 4]);
}

/** Whether `bytes` contains `part`. */
export function holds(bytes: Uint8Array, part: Uint8Array): boolean {
  for (let at = 0; at + part.length <= bytes.length; at++) {
    if (part.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}
