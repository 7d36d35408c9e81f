/** Writes customers' stories: what discovery does, and the events of sessions and tunnels. */
import { CODE_PADI, CODE_PADR, TAG_AC_NAME, TAG_SERVICE_NAME } from "../pppoe/constants.ts";
import { isErrorTag } from "../pppoe/error_tags.ts";
import { parseMac } from "../pppoe/mac.ts";
import type { Tag } from "../pppoe/tags.ts";
import { isProxyRefusal } from "../proxy/discovery/refusal.ts";
import type { DiscoveryStory } from "../proxy/session/discovery_story.ts";
import type { DropReason } from "../proxy/session/drops.ts";
import type { Peer } from "../proxy/session/session.ts";
import { nameIn } from "../proxy/session/session_names.ts";
import type { SessionRecord } from "../state/record.ts";
import type { StoryFacts, StoryKind } from "../stories/story.ts";
import { type StoryWriter, TUNNEL } from "../stories/story_book.ts";
import { errorWords, loginWords } from "./session_end_facts.ts";
import type { EventFeed, EventKind, FeedEvent } from "./event_feed.ts";
import { acFacts } from "./session_facts.ts";

type Mode = "server" | "client";

/** Mere repetitions: the story has the packet already. */
const REPEATS: ReadonlySet<DropReason> = new Set(["padi-repeated", "padr-repeated"]);

/** Events of a customer's session. */
const OF_SESSIONS: Readonly<Partial<Record<EventKind, StoryKind>>> = {
  "session-opened": "opened",
  "session-closed": "closed",
};
/** Events of a tunnel; those of the interface and of the daemon concern all tunnels. */
const OF_TUNNELS: Readonly<Partial<Record<EventKind, StoryKind>>> = {
  "tunnel-lost": "tunnel-lost",
  "tunnel-closed": "tunnel-closed",
  "tunnel-up": "tunnel-up",
  "interface-down": "interface-down",
  "interface-up": "interface-up",
  "drain": "drain",
};

/** Returns what notes a proxy's discovery. */
export function discoveryStory(
  mode: Mode,
  writer: StoryWriter,
  wallClock: () => number,
): DiscoveryStory {
  const ownerOf = (peer: Peer | undefined): string => mode === "client" ? "" : peer?.name ?? "";
  return {
    packet(peer, customer, { code, source }, tags): void {
      const [kind, facts] = isRequest(code)
        ? [code === CODE_PADI ? "padi" as const : "padr" as const, requestFacts(tags)]
        : answerFacts(source, tags);
      writer.add(ownerOf(peer), customer, { at: wallClock(), kind, facts });
    },
    refused(peer, customer, reason): void {
      if (REPEATS.has(reason)) return;
      writer.add(ownerOf(peer), customer, { at: wallClock(), kind: "refused", facts: { reason } });
    },
    loginRefused({ peer, customer, concentrator, names }, refusal): void {
      const ac = acFacts(concentrator, names.ac);
      const facts = { ...ac, by: "ac", answer: refusal.protocol, words: loginWords(refusal) };
      writer.add(ownerOf(peer), customer, { at: wallClock(), kind: "ac-refused", facts });
    },
  };
}

function isRequest(code: number): boolean {
  return code === CODE_PADI || code === CODE_PADR;
}

function requestFacts(tags: readonly Tag[]): StoryFacts {
  const service = nameIn(tags, TAG_SERVICE_NAME);
  return service === "" ? {} : { "service_name": service };
}

function answerFacts(source: number, tags: readonly Tag[]): [StoryKind, StoryFacts] {
  const ac = acFacts(source, nameIn(tags, TAG_AC_NAME));
  const words = errorWords(tags);
  if (words === undefined) return ["pado", ac];
  // Only a client gets refusals of the server, which sends them in the AC's name.
  const by = tags.filter(isErrorTag).every(isProxyRefusal) ? "server" : "ac";
  return ["ac-refused", { ...ac, by, words }];
}

/** Notes the events of sessions and tunnels from now on, and that the daemon has started. */
export function noteEvents(
  mode: Mode,
  feed: EventFeed,
  writer: StoryWriter,
  started: { at: number; version: string },
): void {
  const { at, version } = started;
  writer.add("", TUNNEL, { at, kind: "started", facts: { version } });
  feed.subscribe((event) => noteEvent(mode, event, writer));
}

function noteEvent(mode: Mode, { time: at, kind, facts }: FeedEvent, writer: StoryWriter): void {
  const owner = mode === "client" ? "" : String(facts.client ?? "");
  const { client: _client, customer_mac: mac, ...rest } = facts;
  const ofSession = OF_SESSIONS[kind];
  const customer = ofSession === undefined ? TUNNEL : parseMac(String(mac));
  const noted = ofSession ?? OF_TUNNELS[kind];
  if (noted === undefined || customer === undefined) return;
  writer.add(owner, customer, { at, kind: noted, facts: plainFacts(rest) });
}

/** Returns what notes that a session of an earlier process cannot continue. */
export function noteUnrestored(
  mode: Mode,
  writer: StoryWriter,
  wallClock: () => number,
): (record: SessionRecord) => void {
  return ({ peer, customer, acSessionId }) => {
    const facts = { reason: "not-restored", "session_id": acSessionId };
    const news = { at: wallClock(), kind: "closed", facts } as const;
    writer.add(mode === "client" ? "" : peer, customer, news);
  };
}

/** The facts that are text, numbers or switches. */
function plainFacts(facts: Readonly<Record<string, unknown>>): StoryFacts {
  const isPlain = (value: unknown): boolean =>
    ["string", "number", "boolean"].includes(typeof value);
  return Object.fromEntries(
    Object.entries(facts).filter(([, value]) => isPlain(value)),
  ) as StoryFacts;
}
