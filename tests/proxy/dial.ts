/** Plays customer and AC on an in-memory path. */
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  TAG_AC_COOKIE,
  TAG_AC_NAME,
  TAG_HOST_UNIQ,
  TAG_SERVICE_NAME,
} from "../../src/pppoe/constants.ts";
import { BROADCAST, type Mac, writeMac } from "../../src/pppoe/mac.ts";
import { findTag, type Tag } from "../../src/pppoe/tags.ts";
import {
  AC,
  CUSTOMER,
  openPath,
  type OuterWire,
  type Path,
  type PathOptions,
  type SeenPacket,
} from "./path.ts";

/** A Service-Name that accepts any service. */
export const service: Tag = { type: TAG_SERVICE_NAME, value: new Uint8Array(0) };
/** An AC's name. */
export const acName: Tag = { type: TAG_AC_NAME, value: new TextEncoder().encode("ac-1") };
/** An AC's own cookie. */
export const cookie: Tag = { type: TAG_AC_COOKIE, value: Uint8Array.of(1, 2, 3) };

/** Returns a Host-Uniq tag. */
export function uniq(...bytes: number[]): Tag {
  return { type: TAG_HOST_UNIQ, value: Uint8Array.from(bytes) };
}

/** Opens a path while `body` runs. */
export async function within(
  options: PathOptions,
  body: (path: Path) => Promise<void>,
): Promise<void> {
  const path = openPath(options);
  try {
    await body(path);
  } finally {
    await path.close();
  }
}

/** What to dial, and from where to where. */
export interface Dial {
  client?: number;
  customer?: Mac;
  ac?: Mac;
  tags?: Tag[];
  id?: number;
}

/** What was seen of a dial up to the PADR. */
export interface Requested {
  wire: OuterWire;
  padi: SeenPacket;
  pado: SeenPacket;
  customer: Mac;
  ac: Mac;
}

/** What was seen of a complete dial. */
export interface Dialled extends Requested {
  padr: SeenPacket;
  pads: SeenPacket;
}

/** Plays customer and AC up to the PADR that reaches the AC. */
export async function request(path: Path, dial: Dial = {}): Promise<Requested> {
  const { client = 0, customer = CUSTOMER, ac = AC, tags = [service, uniq(7, 0, 255)] } = dial;
  const wire = path.customers[client];
  const head = { source: customer, sessionId: 0 };
  wire.send({ ...head, destination: BROADCAST, code: CODE_PADI }, tags);
  const padi = await path.ac.packet();
  path.ac.send({ destination: padi.source, source: ac, code: CODE_PADO, sessionId: 0 }, [
    acName,
    ...padi.list,
    cookie,
  ]);
  const pado = await wire.packet();
  const wrapped = findTag(pado.list, TAG_AC_COOKIE) ?? new Uint8Array(0);
  wire.send({ ...head, destination: pado.source, code: CODE_PADR }, [
    ...tags,
    { type: TAG_AC_COOKIE, value: wrapped },
  ]);
  return { wire, padi, pado, customer, ac };
}

/** Plays customer and AC until both have a session. */
export async function dial(path: Path, options: Dial = {}): Promise<Dialled> {
  const asked = await request(path, options);
  const padr = await path.ac.packet();
  const id = options.id ?? 0x11;
  path.ac.send({ destination: padr.source, source: asked.ac, code: CODE_PADS, sessionId: id }, [
    ...padr.list.filter(({ type }) => type !== TAG_AC_COOKIE),
  ]);
  const pads = await asked.wire.packet();
  return { ...asked, padr, pads };
}

/** Returns a session frame as it appears on a wire. */
export function sessionFrame(
  destination: Mac,
  source: Mac,
  id: number,
  payload: number[],
): Uint8Array {
  const frame = new Uint8Array(20 + payload.length);
  const view = new DataView(frame.buffer);
  writeMac(frame, 0, destination);
  writeMac(frame, 6, source);
  view.setUint16(12, 0x8864);
  view.setUint16(14, 0x1100);
  view.setUint16(16, id);
  view.setUint16(18, payload.length);
  frame.set(payload, 20);
  return frame;
}

/** Returns the payload of a session frame, without padding. */
export function payloadOf(frame: Uint8Array): number[] {
  return [...frame.subarray(20, 20 + new DataView(frame.buffer).getUint16(18))];
}

/** Turns of the event loop after which an in-memory path is idle. */
const TURNS = 12;

/** Waits until nothing is in flight on a path. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}
