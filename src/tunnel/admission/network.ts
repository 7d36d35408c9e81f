/** Networks by which strangers are counted: those of one subscriber, and wider ones. */

/** Parses an address to 16 bytes, IPv4 as IPv4-mapped (RFC 4291); undefined if it is not one. */
export function addressBytes(host: string): Uint8Array | undefined {
  const bytes = new Uint8Array(16);
  const [text] = host.split("%"); // a zone names an interface, not a network
  const tail = /[^:]*$/.exec(text)?.[0] ?? "";
  const quad = tail.includes(".") ? quadBytes(tail) : [];
  if (quad === undefined) return undefined;
  if (quad.length === 4 && tail === text) {
    bytes.set([0xff, 0xff, ...quad], 10);
    return bytes;
  }
  const groups = quad.length === 0 ? text : text.slice(0, text.length - tail.length) + "0:0";
  const parsed = groupsOf(groups);
  if (parsed === undefined) return undefined;
  const view = new DataView(bytes.buffer);
  parsed.forEach((group, index) => view.setUint16(2 * index, group));
  bytes.set(quad, 16 - quad.length);
  return bytes;
}

/** The networks that contain an address, narrowest first. */
export interface Networks {
  /** The IPv4 address itself, or the IPv6 address's /64: at least one subscriber. */
  readonly own: string;
  /** An IPv6 address's /56 and /48, which often belong to one subscriber too (RFC 6177). */
  readonly wide: readonly string[];
}

const NONE: readonly string[] = [];
const MAPPED = "::ffff:";

/** The networks of an address; any other text counts as a network itself. */
export function networksOf(host: string): Networks {
  // IPv4 addresses from the kernel, frequent in a flood of strangers, allocate no garbage.
  const at = host.startsWith(MAPPED) ? MAPPED.length : 0;
  if (isQuad(host, at)) return { own: at === 0 ? host : host.slice(at), wide: NONE };
  const bytes = addressBytes(host);
  if (bytes === undefined) return { own: host, wide: [] };
  if (isMapped(bytes)) return { own: bytes.subarray(12).join("."), wide: [] };
  return { own: prefix(bytes, 64), wide: [prefix(bytes, 56), prefix(bytes, 48)] };
}

/** Whether the rest of a text from `at` on is an IPv4 address in the usual notation. */
function isQuad(text: string, at: number): boolean {
  let parts = 1;
  let value = -1;
  for (let i = at; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit === -2) { // "."
      if (value < 0 || parts++ === 4) return false;
      value = -1;
    } else if (digit < 0 || digit > 9 || value === 0) return false;
    else value = value < 0 ? digit : value * 10 + digit;
    if (value > 255) return false;
  }
  return parts === 4 && value >= 0;
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff &&
    bytes[11] === 0xff;
}

function prefix(bytes: Uint8Array, bits: number): string {
  const view = new DataView(bytes.buffer);
  const groups = [0, 1, 2, 3].map((group) => {
    const kept = Math.max(0, Math.min(16, bits - 16 * group));
    return (view.getUint16(2 * group) & (0xffff << (16 - kept))).toString(16);
  });
  return `${groups.join(":")}::/${bits}`;
}

function quadBytes(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function groupsOf(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => half === "" ? [] : half.split(":"));
  const given = head.length + (tail?.length ?? 0);
  if (tail === undefined ? given !== 8 : given > 7) return undefined;
  const all = [...head, ...Array(8 - given).fill("0"), ...tail ?? []];
  return all.every((group) => /^[\da-f]{1,4}$/i.test(group))
    ? all.map((group) => parseInt(group, 16))
    : undefined;
}
