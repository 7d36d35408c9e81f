import { assertEquals } from "@std/assert";
import { SessionKeeper } from "../../src/daemon/session_keeper.ts";
import { discoveryStory, noteEvents, noteUnrestored } from "../../src/daemon/story_notes.ts";
import { EventFeed } from "../../src/daemon/event_feed.ts";
import { CODE_PADO, TAG_AC_NAME } from "../../src/pppoe/constants.ts";
import { acSystemError } from "../../src/pppoe/error_tags.ts";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { StoryBook, TUNNEL } from "../../src/stories/story_book.ts";
import { within } from "../proxy/dial.ts";
import { inDirectory, open, session, START } from "../state/sessions.ts";

Deno.test("a session of an earlier process that cannot continue ends in its customer's story", () =>
  inDirectory((directory) =>
    within({}, async (path) => {
      const first = open(directory);
      for (const i of [1, 2]) first.journal.opened(session(i));
      await first.journal.close();
      const { journal, stories, restored } = open(directory);
      const wallClock = (): number => START + 9;
      const refused = noteUnrestored("server", stories, wallClock);
      const keeper = new SessionKeeper({ journal, refused, now: () => 0, wallClock });
      const isFirst = ({ handle }: { handle: number }): boolean => handle === session(1).handle;
      const counts = keeper.restore(path.server.proxy, restored, isFirst);
      assertEquals(counts, { held: 1, refused: 1 });
      assertEquals(stories.find(session(1).customer), []);
      const facts = { reason: "not-restored", "session_id": session(2).acSessionId };
      assertEquals(stories.find(session(2).customer), [{
        owner: session(2).peer,
        entries: [{ kind: "closed", at: START + 9, until: START + 9, count: 1, facts }],
      }]);
      await keeper.close();
    })
  ));

Deno.test("events of sessions go to their customers, those of tunnels to all of a client", () => {
  const feed = new EventFeed(() => START);
  const book = new StoryBook(() => 0);
  noteEvents("server", feed, book, { at: START, version: "1.2.3" });
  const mac = "02:00:00:00:00:c1";
  feed.emit("session-opened", {
    client: "north",
    customer_mac: mac,
    session_id: 7,
    deep: { a: 1 },
  });
  feed.emit("tunnel-lost", { client: "north", reason: "connection-lost" });
  feed.emit("interface-down", { interface: "wan0" });
  feed.emit("reload", { result: "applied" });
  const kinds = (owner: string): string[] => book.tunnel(owner).map(({ kind }) => kind);
  assertEquals([kinds("north"), kinds("")], [["tunnel-lost"], ["started", "interface-down"]]);
  assertEquals(book.find(0x02_00_00_00_00_c1)[0].entries[0].facts, { "session_id": 7 });
  const ofClient = new StoryBook(() => 0);
  noteEvents("client", feed, ofClient, { at: START, version: "1.2.3" });
  feed.emit("tunnel-up", { server: "192.0.2.2:8443" });
  assertEquals(ofClient.find(TUNNEL)[0].owner, "");
  assertEquals(ofClient.tunnel("").map(({ kind }) => kind), ["started", "tunnel-up"]);
});

Deno.test("an AC's name is on one line in the story, whether it offers or refuses", () => {
  const book = new StoryBook(() => 0);
  const { packet } = discoveryStory("client", book, () => START);
  const offer = { code: CODE_PADO, source: 0x02_00_00_00_00_ac, destination: BROADCAST };
  const name = { type: TAG_AC_NAME, value: new TextEncoder().encode("bng\nerror") };
  packet(undefined, 0x02_00_00_00_00_c1, offer, [name]);
  packet(undefined, 0x02_00_00_00_00_c1, offer, [name, acSystemError("full")]);
  const { entries } = book.find(0x02_00_00_00_00_c1)[0];
  assertEquals(entries.map(({ kind, facts }) => [kind, facts?.ac_name]), [
    ["pado", "bng\\u000aerror"],
    ["ac-refused", "bng\\u000aerror"],
  ]);
});
