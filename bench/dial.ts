/** Dials many sessions at once through running daemons, for loads that then use the wires. */
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_SESSION,
  TAG_AC_COOKIE,
  TAG_SERVICE_NAME,
} from "../src/pppoe/constants.ts";
import { encodeDiscovery } from "../src/pppoe/frame.ts";
import { BROADCAST, type Mac } from "../src/pppoe/mac.ts";
import { encodeTags, findTag } from "../src/pppoe/tags.ts";
import { type Observed, sessionFrame } from "../tests/lab/peers/observed.ts";
import { openPort, type Port } from "../tests/lab/peers/port.ts";
import { startTestAc } from "../tests/lab/peers/test_ac.ts";
import type { Flow } from "./load.ts";

/** The sessions to dial. */
export interface DialPlan {
  /** Number of sessions, spread over the LANs in turn, each with its own address. Default 1. */
  sessions?: number;
  /** Number of the first session, above those of existing sessions. Default 1. */
  first?: number;
  /** The customers' interfaces. Default `cust0`. */
  lans?: readonly string[];
}

/** The flows of the sessions, in the same order in both directions, and the time it took. */
export interface Dialed {
  up: Flow[];
  down: Flow[];
  /** Milliseconds from the first request to the first frame back, by session. */
  times: number[];
  /** Seconds for all of them. */
  seconds: number;
}

/** Configuration that lets the daemons accept this many dials at once. */
export const MANY_SESSIONS = `
[limits]
sessions = 20000
padi_rate = 100000
padi_burst = 100000
`;

/** Maximum number of concurrent dials on one LAN, so that no queue on the path overflows. */
const WINDOW = 16;
/** Delay before a request is repeated, in milliseconds, and the number of attempts. */
const PATIENCE = 1_000;
const TRIES = 10;
/** One below the first customer's address. */
const CUSTOMERS = 0x02_c0_00_00_00_00;

/**
 * Opens sessions at an AC on `ac0`. Both daemons know each session once a frame has passed in both
 * directions.
 */
export async function dialSessions(plan: DialPlan = {}): Promise<Dialed> {
  const { sessions = 1, first = 1, lans = ["cust0"] } = plan;
  await using ac = startTestAc({ interface: "ac0", name: "lab-ac", firstSessionId: first });
  const begin = performance.now();
  const dialed = await Promise.all(lans.map((lan, n) => {
    const count = Math.ceil((sessions - n) / lans.length);
    const macs = Array.from({ length: count }, (_, i) => CUSTOMERS + first + n + i * lans.length);
    return dialOn(lan, macs);
  }));
  const seconds = (performance.now() - begin) / 1_000;
  const inOrder = Array.from({ length: sessions }, (_, i) => {
    return dialed[i % lans.length][Math.floor(i / lans.length)];
  });
  const up = inOrder.map(({ flow }) => flow);
  const down = up.map(({ from, id }): Flow => {
    const host = ac.sessions.get(id);
    if (host === undefined) throw new Error(`The AC does not know session ${id}`);
    return { from: "ac0", to: from, source: ac.mac, destination: host, id };
  });
  return { up, down, times: inOrder.map(({ milliseconds }) => milliseconds), seconds };
}

/** An open session and the time it took to dial. */
interface OneDialed {
  flow: Flow;
  milliseconds: number;
}

/** Dials for these customers on one wire, several at once. */
async function dialOn(lan: string, customers: readonly Mac[]): Promise<OneDialed[]> {
  const waiting = new Map<Mac, (frame: Observed) => void>();
  await using port = openPort(lan, (frame) => waiting.get(frame.destination)?.(frame));
  const dialed: OneDialed[] = [];
  let next = 0;
  const worker = async () => {
    while (next < customers.length) {
      const i = next++;
      const begin = performance.now();
      const flow = { ...await dial(port, waiting, customers[i]), from: lan, to: "ac0" };
      dialed[i] = { flow, milliseconds: performance.now() - begin };
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, worker));
  return dialed;
}

/**
 * Dials for one customer; unanswered requests are repeated:
 *
 *     PADI ──PADO──▶ PADR ──PADS──▶ a frame ──its echo──▶ open
 */
async function dial(
  port: Port,
  waiting: Map<Mac, (frame: Observed) => void>,
  source: Mac,
): Promise<Omit<Flow, "from" | "to">> {
  const ask = async (request: Uint8Array, code: number): Promise<Observed> => {
    for (let tries = 0; tries < TRIES; tries++) {
      const answered = Promise.withResolvers<Observed | undefined>();
      waiting.set(source, (frame) => frame.code === code && answered.resolve(frame));
      const timer = setTimeout(() => answered.resolve(undefined), PATIENCE);
      port.send(request);
      const answer = await answered.promise;
      clearTimeout(timer);
      if (answer !== undefined) return answer;
    }
    throw new Error(`No answer with code ${code} to ${TRIES} requests`);
  };
  const request = (destination: Mac, code: number, cookie?: Uint8Array) => {
    const tags = [{ type: TAG_SERVICE_NAME, value: new Uint8Array(0) }];
    if (cookie !== undefined) tags.push({ type: TAG_AC_COOKIE, value: cookie.slice() });
    return encodeDiscovery({ destination, source, code, sessionId: 0, tags: encodeTags(tags) });
  };
  const pado = await ask(request(BROADCAST, CODE_PADI), CODE_PADO);
  const cookie = findTag(pado.tags, TAG_AC_COOKIE);
  const pads = await ask(request(pado.source, CODE_PADR, cookie), CODE_PADS);
  const { source: destination, sessionId: id } = pads;
  if (id === 0) throw new Error("The AC refused a session");
  await ask(sessionFrame(destination, source, id, new Uint8Array(50)), CODE_SESSION);
  waiting.delete(source);
  return { source, destination, id };
}
