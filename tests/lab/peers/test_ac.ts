import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  CODE_SESSION,
  TAG_AC_COOKIE,
  TAG_AC_NAME,
  TAG_HOST_UNIQ,
  TAG_RELAY_SESSION_ID,
  TAG_SERVICE_NAME,
} from "../../../src/pppoe/constants.ts";
import { padt } from "../../../src/pppoe/discovery.ts";
import { genericError } from "../../../src/pppoe/error_tags.ts";
import { encodeDiscovery } from "../../../src/pppoe/frame.ts";
import { BROADCAST, type Mac, writeMac } from "../../../src/pppoe/mac.ts";
import { encodeTags, findTag, type Tag } from "../../../src/pppoe/tags.ts";
import { Journal, type WaitOptions } from "../journal.ts";
import { type Observed, sessionFrame, showObserved } from "./observed.ts";
import { openPort } from "./port.ts";

/** How a test AC behaves. */
export interface TestAcOptions {
  /** Interface to serve. */
  interface: string;
  /** AC-Name. */
  name: string;
  /** Address; defaults to the interface's own, must be set for a second AC on the same wire. */
  mac?: Mac;
  /** Session id of the first session; later ones count up. Default 1. */
  firstSessionId?: number;
  /** Sends every session frame back. Default true. */
  echo?: boolean;
  /**
   * Ignores PADIs of a host that arrive within this many milliseconds after one that it answered,
   * as accel-ppp does with `padi-limit`. Default: answers all.
   */
  padiInterval?: number;
  /** Answers each PADI after this many milliseconds. Default 0. */
  offerDelay?: number;
  /** Ignores every PADR. */
  mute?: boolean;
  /** Refuses every PADR with this tag (PADS with session id 0). */
  refusal?: Tag;
}

/** An access concentrator for tests: RFC 2516 without PPP. */
export interface TestAc extends AsyncDisposable {
  readonly mac: Mac;
  /** Frames sent to it, including PADIs. */
  readonly seen: Journal<Observed>;
  /** Open sessions: the host's address by session id. */
  readonly sessions: ReadonlyMap<number, Mac>;
  /** Resolves with the PADT that a host sent or will send for this session. */
  ended(sessionId: number, options?: WaitOptions): Promise<Observed>;
  /** Sends a session frame. */
  send(sessionId: number, payload: Uint8Array): void;
  /** Ends a session from the AC's side, with these tags in the PADT. */
  terminate(sessionId: number, tags?: readonly Tag[]): void;
  /**
   * Loses all sessions as in a power cut, and counts session ids from the first again. From then on
   * it answers frames of unknown sessions with PADT, unless it is `silent`.
   */
  restart(options?: { silent?: boolean }): void;
}

/** Tags of a request that every answer repeats (RFC 2516 appendix A). */
const REPEATED: readonly number[] = [TAG_SERVICE_NAME, TAG_HOST_UNIQ, TAG_RELAY_SESSION_ID];

/**
 * Starts an AC on an interface. Its cookie is bound to the host's address (RFC 2516 section 9), so
 * it refuses a PADR from another address than its PADI.
 */
export function startTestAc(options: TestAcOptions): TestAc {
  const sessions = new Map<number, Mac>();
  /** The PADS of each open session, by the PADR that requested it. */
  const confirmed = new Map<string, { sessionId: number; pads: Uint8Array }>();
  /** When the last PADI of each host was answered. */
  const taken = new Map<Mac, number>();
  const seen = new Journal(showObserved);
  const port = openPort(options.interface, receive);
  const mac = options.mac ?? port.mac;
  const firstSessionId = options.firstSessionId ?? 1;
  let nextSessionId = firstSessionId;
  let refusesStrays = false;

  function receive(frame: Observed): void {
    if (frame.destination !== mac && frame.destination !== BROADCAST) return;
    if (frame.code === CODE_PADI) {
      if (takesPadi(frame.source)) makeOffer(frame);
    } else if (frame.code === CODE_PADR) {
      if (!options.mute) port.send(confirm(frame));
    } else if (sessions.get(frame.sessionId) === frame.source) inSession(frame);
    else if (refusesStrays && frame.code === CODE_SESSION) {
      port.send(padt(frame.source, mac, frame.sessionId));
    }
    seen.add(frame);
  }

  function takesPadi(host: Mac): boolean {
    const now = performance.now();
    if (now - (taken.get(host) ?? -Infinity) < (options.padiInterval ?? 0)) return false;
    taken.set(host, now);
    return true;
  }

  function makeOffer(request: Observed): void {
    const pado = answer(request, CODE_PADO, 0, offer(request));
    if (options.offerDelay === undefined) return port.send(pado);
    setTimeout(() => port.send(pado), options.offerDelay);
  }

  function offer({ source }: Observed): Tag[] {
    return [
      { type: TAG_AC_NAME, value: new TextEncoder().encode(options.name) },
      { type: TAG_AC_COOKIE, value: cookie(options.name, source) },
    ];
  }

  function confirm(request: Observed): Uint8Array {
    const { source, tags, payload } = request;
    if (options.refusal) return answer(request, CODE_PADS, 0, [options.refusal]);
    if (key(findTag(tags, TAG_AC_COOKIE)) !== key(cookie(options.name, source))) {
      return answer(request, CODE_PADS, 0, [genericError("AC-Cookie is not the host's")]);
    }
    // A repeated PADR gets the session of the first.
    const repeated = confirmed.get(`${source} ${key(payload)}`);
    if (repeated !== undefined) return repeated.pads;
    const sessionId = nextSessionId++;
    const pads = answer(request, CODE_PADS, sessionId, []);
    confirmed.set(`${source} ${key(payload)}`, { sessionId, pads });
    sessions.set(sessionId, source);
    return pads;
  }

  function answer(request: Observed, code: number, sessionId: number, own: Tag[]): Uint8Array {
    const repeated = request.tags.filter(({ type }) => REPEATED.includes(type));
    const tags = encodeTags([...own, ...repeated]);
    return encodeDiscovery({ destination: request.source, source: mac, code, sessionId, tags });
  }

  function inSession(frame: Observed): void {
    if (frame.code === CODE_PADT) forget(frame.sessionId);
    if (frame.code !== CODE_SESSION || options.echo === false) return;
    port.send(sessionFrame(frame.source, mac, frame.sessionId, frame.payload));
  }

  function forget(ended: number): void {
    sessions.delete(ended);
    for (const [padr, { sessionId }] of confirmed) {
      if (sessionId === ended) confirmed.delete(padr);
    }
  }

  function host(sessionId: number): Mac {
    const address = sessions.get(sessionId);
    if (address === undefined) throw new RangeError(`Cannot find session ${sessionId} on the AC`);
    return address;
  }

  return {
    mac,
    seen,
    sessions,
    ended: (id, waiting) =>
      seen.first(
        ({ code, sessionId }) => code === CODE_PADT && sessionId === id,
        `a PADT for session ${id} at the AC`,
        waiting,
      ),
    send: (id, payload) => port.send(sessionFrame(host(id), mac, id, payload)),
    terminate(id, tags) {
      port.send(padt(host(id), mac, id, tags));
      forget(id);
    },
    restart({ silent = false } = {}) {
      sessions.clear();
      confirmed.clear();
      nextSessionId = firstSessionId;
      refusesStrays = !silent;
    },
    [Symbol.asyncDispose]: () => port[Symbol.asyncDispose](),
  };
}

function cookie(name: string, host: Mac): Uint8Array {
  const value = new Uint8Array(16);
  value.set(new TextEncoder().encode(name).subarray(0, 10));
  writeMac(value, 10, host);
  return value;
}

function key(bytes: Uint8Array | undefined): string {
  return bytes?.toHex() ?? "none";
}
