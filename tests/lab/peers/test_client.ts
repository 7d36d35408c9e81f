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
  TAG_SERVICE_NAME,
} from "../../../src/pppoe/constants.ts";
import { padt } from "../../../src/pppoe/discovery.ts";
import { genericError } from "../../../src/pppoe/error_tags.ts";
import { encodeDiscovery } from "../../../src/pppoe/frame.ts";
import { BROADCAST, type Mac } from "../../../src/pppoe/mac.ts";
import { encodeTags, findTag, type Tag } from "../../../src/pppoe/tags.ts";
import { Journal, type WaitOptions } from "../journal.ts";
import { type Observed, sessionFrame, showObserved } from "./observed.ts";
import { openPort } from "./port.ts";

/** How to dial. */
export interface DialOptions {
  /** No Host-Uniq is sent if undefined; it may be empty. */
  hostUniq?: Uint8Array;
  /** Accepts the offer of this AC; by default the first offer. */
  acName?: string;
  /** Default "": any. */
  serviceName?: string;
  /** How long to wait for each answer, in milliseconds. Default: as long as for any entry. */
  patience?: number;
}

/** A session dialled by a test client. */
export interface DialedSession {
  readonly sessionId: number;
  /** The AC's address as the client sees it. */
  readonly concentrator: Mac;
  readonly pado: Observed;
  readonly pads: Observed;
  /** Payloads received. */
  readonly received: Journal<Uint8Array>;
  /** Resolves with the AC's PADT. */
  readonly ended: Promise<Observed>;
  send(payload: Uint8Array): void;
  /** Sends a payload and resolves with the first equal one that comes back. */
  echo(payload: Uint8Array, patience?: number): Promise<Uint8Array>;
  /**
   * Ends the session from the client's side, with the discovery tags that `pppoe` repeats in a
   * PADT.
   */
  terminate(): void;
}

/** A PPPoE host for tests: RFC 2516 without PPP. */
export interface TestClient extends AsyncDisposable {
  readonly mac: Mac;
  /** Frames sent to it. */
  readonly seen: Journal<Observed>;
  /** Sends a PADI and resolves with the offer. */
  discover(options?: DialOptions): Promise<Observed>;
  /** Sends a PADR for an offer and resolves with the PADS, which may be a refusal. */
  request(pado: Observed, options?: DialOptions): Promise<Observed>;
  /** PADI, PADO, PADR, PADS. Throws the AC's reason for a refusal. */
  dial(options?: DialOptions): Promise<DialedSession>;
}

/** Starts a host on an interface; set `mac` for several hosts on one wire. */
export function startTestClient(name: string, mac?: Mac): TestClient {
  const seen = new Journal(showObserved);
  const sessions = new Map<string, Journal<Uint8Array>>();
  const port = openPort(name, (frame) => {
    if (frame.destination !== own) return;
    if (frame.code === CODE_SESSION) {
      sessions.get(`${frame.source} ${frame.sessionId}`)?.add(frame.payload);
    }
    seen.add(frame);
  });
  const own = mac ?? port.mac;

  function sendDiscovery(destination: Mac, code: number, tags: readonly Tag[]): void {
    port.send(encodeDiscovery({
      destination,
      source: own,
      code,
      sessionId: 0,
      tags: encodeTags(tags),
    }));
  }

  function discover(options: DialOptions = {}): Promise<Observed> {
    const since = seen.length;
    sendDiscovery(BROADCAST, CODE_PADI, requestTags(options));
    const wanted = options.acName;
    return seen.first(
      (frame) =>
        isAnswer(frame, CODE_PADO, options) && (wanted === undefined || acName(frame) === wanted),
      `a PADO${wanted === undefined ? "" : ` of "${wanted}"`}`,
      waiting(since, options),
    );
  }

  function request(pado: Observed, options: DialOptions = {}): Promise<Observed> {
    const since = seen.length;
    const cookie = findTag(pado.tags, TAG_AC_COOKIE);
    const tags = requestTags(options);
    if (cookie !== undefined) tags.push({ type: TAG_AC_COOKIE, value: cookie });
    sendDiscovery(pado.source, CODE_PADR, tags);
    return seen.first(
      (frame) => isAnswer(frame, CODE_PADS, options),
      "a PADS",
      waiting(since, options),
    );
  }

  async function dial(options: DialOptions = {}): Promise<DialedSession> {
    const pado = await discover(options);
    const pads = await request(pado, options);
    if (pads.sessionId === 0) throw new Error(`The AC refused: ${showObserved(pads)}`);
    return openSession(pado, pads);
  }

  function openSession(pado: Observed, pads: Observed): DialedSession {
    const { sessionId, source: concentrator } = pads;
    const received = new Journal<Uint8Array>((payload) => `${payload.length} bytes`);
    const opened = seen.length;
    sessions.set(`${concentrator} ${sessionId}`, received);
    const send = (payload: Uint8Array) =>
      port.send(sessionFrame(concentrator, own, sessionId, payload));
    return {
      sessionId,
      concentrator,
      pado,
      pads,
      received,
      get ended() {
        const isEnd = (frame: Observed) =>
          frame.code === CODE_PADT && frame.sessionId === sessionId &&
          frame.source === concentrator;
        return seen.first(isEnd, `a PADT for session ${sessionId}`, { since: opened });
      },
      send,
      echo(payload, patience) {
        const back = received.first(
          (other) => equal(other, payload),
          `${payload.length} bytes to come back`,
          waiting(received.length, { patience }),
        );
        send(payload);
        return back;
      },
      terminate: () => port.send(padt(concentrator, own, sessionId, [...pado.tags, HANGING_UP])),
    };
  }

  return {
    mac: own,
    seen,
    discover,
    request,
    dial,
    [Symbol.asyncDispose]: () => port[Symbol.asyncDispose](),
  };
}

const HANGING_UP = genericError("hanging up");

/** Returns the AC-Name of an offer. */
export function acName({ tags }: Observed): string | undefined {
  const value = findTag(tags, TAG_AC_NAME);
  return value && new TextDecoder().decode(value);
}

function waiting(since: number, { patience }: { patience?: number | undefined }): WaitOptions {
  return { since, ...(patience !== undefined && { timeout: patience }) };
}

function requestTags({ serviceName = "", hostUniq }: DialOptions): Tag[] {
  const tags: Tag[] = [{ type: TAG_SERVICE_NAME, value: new TextEncoder().encode(serviceName) }];
  if (hostUniq !== undefined) tags.push({ type: TAG_HOST_UNIQ, value: hostUniq });
  return tags;
}

/** Whether a frame answers a request with this Host-Uniq: the same, or none if none was sent. */
function isAnswer({ code, tags }: Observed, wanted: number, { hostUniq }: DialOptions): boolean {
  if (code !== wanted) return false;
  const value = findTag(tags, TAG_HOST_UNIQ);
  if (value === undefined || hostUniq === undefined) return value === hostUniq;
  return equal(value, hostUniq);
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
