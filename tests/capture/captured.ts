/** Captures on an in-memory path. */
import { Capture } from "../../src/capture/capture.ts";
import { type CaptureRequest, Captures } from "../../src/daemon/captures.ts";
import { dial, type Dialled, payloadOf, sessionFrame, settle } from "../proxy/dial.ts";
import { LAN, type OuterWire, type Path, WAN } from "../proxy/path.ts";
import { chapText, chapValue, eap, papAnswer, papRequest, protocolReject, utf8 } from "./frames.ts";

/** The captures of one end of a path. */
export function capturesOf(path: Path, side: "server" | "client"): Captures {
  const { proxy, link } = side === "server" ? path.server : path.clients[0];
  return new Captures({
    sessions: proxy.sessions,
    side,
    etherType: 0x8864,
    peer: () => "server",
    application: "pppoe-proxy test",
    place: link.name,
  });
}

/** Begins a capture and throws if the limit is reached. */
export function begin(captures: Captures, request: Partial<CaptureRequest> = {}): Capture {
  const capture = captures.begin({ filter: {}, secrets: false, ...request });
  if (capture === undefined) throw new Error("limit of captures reached");
  return capture;
}

/** Reads the remaining bytes of an ended capture. */
export async function drain(capture: Capture): Promise<Uint8Array<ArrayBuffer>> {
  const parts: number[] = [];
  for (let part = await capture.read(); part !== undefined; part = await capture.read()) {
    for (const byte of part) parts.push(byte);
  }
  return Uint8Array.from(parts);
}

export const NAME = "customer-of-ours@isp.example";
export const PASSWORD = "correct horse battery staple";
const VALUE = utf8("CHAPvalueOf16oct");

/** Byte strings that no masked capture may contain. */
export const SECRETS: readonly Uint8Array[] = [utf8(NAME), utf8(PASSWORD), VALUE];

/** The authentication of a customer: its packets and the AC's answers. */
export const LOGINS: readonly { up: boolean; frame: Uint8Array }[] = [
  { up: true, frame: papRequest(NAME, PASSWORD) },
  { up: false, frame: papAnswer(2, `Welcome ${NAME}`) },
  { up: false, frame: chapValue(1, VALUE, "ac-1") },
  { up: true, frame: chapValue(2, VALUE, NAME) },
  { up: false, frame: chapText(3, `Welcome ${NAME}`) },
  { up: true, frame: eap(2, 1, utf8(NAME)) },
  { up: false, frame: protocolReject(papRequest(NAME, PASSWORD)) },
];

/** Sends a PPP frame through a session and receives it at the other end. */
export async function carry(
  path: Path,
  { wire, customer, ac }: Pick<Dialled, "wire" | "customer" | "ac">,
  { up, frame }: { up: boolean; frame: Uint8Array },
  id = 0x11,
): Promise<Uint8Array> {
  const [from, to]: OuterWire[] = up ? [wire, path.ac] : [path.ac, wire];
  from.sendRaw(
    up ? sessionFrame(LAN, customer, id, [...frame]) : sessionFrame(WAN, ac, id, [...frame]),
  );
  return await to.next();
}

/** Dials, sends all logins, and returns the frames as they arrived. */
export async function dialAndLogIn(
  path: Path,
): Promise<{ dialled: Dialled; arrived: Uint8Array[] }> {
  const dialled = await dial(path);
  const arrived: Uint8Array[] = [];
  for (const login of LOGINS) arrived.push(await carry(path, dialled, login));
  for (const [i, frame] of arrived.entries()) {
    if (payloadOf(frame).length !== LOGINS[i].frame.length) throw new Error("a login was changed");
  }
  await settle();
  return { dialled, arrived };
}
