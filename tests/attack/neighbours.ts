/** Malicious devices on the customers' and on the AC's segment. */
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADS,
  TAG_AC_NAME,
  TAG_HOST_UNIQ,
  TAG_SERVICE_NAME,
} from "../../src/pppoe/constants.ts";
import { encodeDiscovery } from "../../src/pppoe/frame.ts";
import { BROADCAST, type Mac } from "../../src/pppoe/mac.ts";
import { encodeTags, findTag, type Tag } from "../../src/pppoe/tags.ts";
import { sessionFrame } from "../lab/peers/observed.ts";
import { openPort } from "../lab/peers/port.ts";
import { startTestClient } from "../lab/peers/test_client.ts";

const TICK = 2;
const anyService: Tag = { type: TAG_SERVICE_NAME, value: new Uint8Array(0) };

/** Calls `send` at a rate per second. */
async function atRate(
  rate: number,
  milliseconds: number,
  send: (number: number) => void,
): Promise<void> {
  const begin = performance.now();
  let sent = 0;
  while (performance.now() - begin < milliseconds) {
    for (; sent < (performance.now() - begin) * rate / 1_000; sent++) send(sent);
    await new Promise((resolve) => setTimeout(resolve, TICK));
  }
}

/** Sends PADIs, each from a new random address. */
export async function floodPadis(name: string, rate: number, milliseconds: number): Promise<void> {
  await using port = openPort(name);
  const tags = encodeTags([anyService]);
  const first: Mac = 0x02_bb_00_00_00_00 + Math.floor(Math.random() * 0x1_0000) * 0x1_0000;
  await atRate(rate, milliseconds, (number) => {
    const source: Mac = first + number;
    port.send(encodeDiscovery({
      source,
      destination: BROADCAST,
      code: CODE_PADI,
      sessionId: 0,
      tags,
    }));
  });
}

/** Sends one PADI, then the same PADR repeatedly, on the same or another interface. */
export async function repeatPadr(
  name: string,
  rate: number,
  milliseconds: number,
  flooded = name,
): Promise<void> {
  const mac: Mac = 0x02_bc_00_00_00_01;
  await using client = startTestClient(name, mac);
  const pado = await client.discover({ hostUniq: Uint8Array.of(1) });
  await using port = openPort(flooded);
  const tags = encodeTags(pado.tags.filter(({ type }) => type !== TAG_AC_NAME));
  const packet = { source: mac, destination: pado.source, code: 0x19, sessionId: 0, tags };
  const padr = encodeDiscovery(packet);
  await atRate(rate, milliseconds, () => port.send(padr));
}

/** Sends LCP Echo-Requests in the attacker's own session, on the same or another interface. */
export async function floodLcp(
  name: string,
  rate: number,
  milliseconds: number,
  flooded = name,
): Promise<void> {
  await using client = startTestClient(name, 0x02_bd_00_00_00_01);
  const { sessionId, concentrator } = await client.dial({ hostUniq: Uint8Array.of(2) });
  await using port = openPort(flooded);
  const payload = new Uint8Array(64);
  payload.set([0xc0, 0x21, 9, 1, 0, 62]);
  const frame = sessionFrame(concentrator, client.mac, sessionId, payload);
  await atRate(rate, milliseconds, () => port.send(frame));
}

/**
 * Sends far too many answers with the Host-Uniq of the last PADI seen, and forged ones, on the same
 * or another interface.
 */
export async function floodOffers(
  name: string,
  rate: number,
  milliseconds: number,
  flooded = name,
): Promise<void> {
  let asked: { host: Mac; uniq: Uint8Array } | undefined;
  await using port = openPort(flooded);
  await using _ear = openPort(name, ({ code, source, tags }) => {
    const uniq = findTag(tags, TAG_HOST_UNIQ);
    if (code === CODE_PADI && uniq !== undefined) asked = { host: source, uniq };
  });
  await atRate(rate, milliseconds, (number) => {
    if (asked === undefined) return;
    const acName = { type: TAG_AC_NAME, value: new TextEncoder().encode(`rogue-${number}`) };
    const tags = encodeTags([acName, anyService, { type: TAG_HOST_UNIQ, value: asked.uniq }]);
    port.send(encodeDiscovery({
      source: 0x02_be_00_00_00_00 + number % 5,
      destination: asked.host,
      code: number % 3 === 0 ? CODE_PADS : CODE_PADO,
      sessionId: number % 3 === 0 ? 1 + number % 60_000 : 0,
      tags,
    }));
  });
}
