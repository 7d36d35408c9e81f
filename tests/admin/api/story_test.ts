import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { CODE_PADI, CODE_PADS, TAG_HOST_UNIQ } from "../../../src/pppoe/constants.ts";
import { acSystemError } from "../../../src/pppoe/error_tags.ts";
import { BROADCAST, formatMac } from "../../../src/pppoe/mac.ts";
import { findTag } from "../../../src/pppoe/tags.ts";
import type { CustomerStories } from "../../../src/admin/api/look_back_schema.ts";
import { adviceOf } from "../../../src/admin/api/story_words.ts";
import { pppoeProxy } from "../../cli/process.ts";
import { chapFailure } from "../../lab/failures/scenes.ts";
import { acName, dial, request, service, sessionFrame, uniq } from "../../proxy/dial.ts";
import { CUSTOMER, WAN } from "../../proxy/path.ts";
import { until } from "../../until.ts";
import { withDaemon, type World } from "../daemon.ts";

const MAC = formatMac(CUSTOMER);

async function storyOf({ ask }: World): Promise<CustomerStories["stories"][number]> {
  const answer = await ask(`/api/v1/customers/${MAC}/story`);
  assertEquals(answer.status, 200);
  const { customer_mac, stories }: CustomerStories = await answer.json();
  assertEquals([customer_mac, stories.length], [MAC, 1]);
  return stories[0];
}

/** The words of a story, with how often. */
function words({ entries }: CustomerStories["stories"][number]): string[] {
  return entries.map(({ words, count }) => `${count} ${words}`);
}

const padi = { destination: BROADCAST, source: CUSTOMER, code: CODE_PADI, sessionId: 0 };

for (const mode of ["server", "client"] as const) {
  Deno.test(`a ${mode} knows a customer's PADIs, offer, refusal, session, lost tunnel and end`, () =>
    withDaemon({ mode }, async (world) => {
      const { path, daemon } = world;
      for (let i = 0; i < 3; i++) {
        path.customers[0].send(padi, [service, uniq(9)]);
        await path.ac.packet();
        path.advance(5_000);
      }
      const silent = await storyOf(world);
      assertEquals(words(silent), ["3 asks for an AC (PADI); no answer"]);
      const who = mode === "server" ? "discover -i" : "`pppoe-proxy why 02:";
      assertStringIncludes(silent.advice, who);

      const { padr, ac } = await asked(path);
      path.ac.send(
        { destination: padr.source, source: ac, code: CODE_PADS, sessionId: 0 },
        [
          service,
          acName,
          { type: TAG_HOST_UNIQ, value: uniqOf(padr.list) },
          acSystemError("no pool\u202e"),
        ],
      );
      await path.customers[0].packet();
      const refused = await storyOf(world);
      assertMatch(
        words(refused).at(-1) ?? "",
        /AC "ac-1" \(.*\) refuses: AC-System-Error "no pool\\u202e"$/,
      );
      assertStringIncludes(refused.advice, "log of the AC");

      const { wire } = await dial(path, { id: 7, tags: [service, uniq(8)] });
      assert(wire !== undefined);
      const open = await storyOf(world);
      assertEquals(open.sessions.map(({ state }) => state), ["open"]);
      assertMatch(words(open).at(-1) ?? "", /^1 session .+\.1 opened at AC .*, id 7$/);

      path.ac.sendRaw(sessionFrame(WAN, ac, 7, [...chapFailure("Login incorrect")]));
      await wire.next();
      const login = await storyOf(world);
      assertMatch(words(login).at(-1) ?? "", /refuses: login refused \(CHAP\): "Login incorrect"$/);
      assertStringIncludes(login.advice, "user name and password");

      const tunnel = mode === "server" ? { client: "branch-1" } : { server: "server" };
      daemon.monitor.emit("tunnel-lost", { ...tunnel, reason: "keepalive-timeout" });
      await path.lose(0);
      const held = await storyOf(world);
      assertStringIncludes(
        words(held).at(-1) ?? "",
        "tunnel lost, its sessions are held: keepalive-timeout.",
      );
      assertStringIncludes(held.advice, "is held until the tunnel returns");
      path.reconnect(0);
    }));
}

async function asked(path: World["path"]) {
  const { ac } = await request(path, { tags: [service, uniq(9)] });
  return { padr: await path.ac.packet(), ac };
}

function uniqOf(tags: Parameters<typeof findTag>[0]): Uint8Array {
  return findTag(tags, TAG_HOST_UNIQ) ?? new Uint8Array(0);
}

Deno.test("what this side drops is in the story, with what it means", () =>
  withDaemon({}, async (world) => {
    const { path, daemon } = world;
    daemon.drain(true);
    path.customers[0].send(padi, [service, uniq(9)]);
    await until(() => (path.server.drops.draining ?? 0) > 0);
    const story = await storyOf(world);
    assertEquals(
      words(story).at(-1),
      "1 this server drops the packet: draining. An operator has stopped new sessions.",
    );
    assertEquals(story.advice, "`pppoe-proxy drain --off` accepts them again.");
    assertEquals((await world.ask("/api/v1/customers/nonsense/story")).status, 400);
    assertEquals((await world.ask("/api/v1/customers/02:00:00:00:77:77/story")).status, 404);
  }));

Deno.test("`why` prints a story, one line an entry, and says what to do", () =>
  withDaemon({}, async (world) => {
    const { path, socket } = world;
    await dial(path, { id: 7 });
    const { code, stdout, stderr } = await pppoeProxy(["why", MAC, "-s", socket]);
    assertEquals([code, stderr], [0, ""]);
    const [head, ...lines] = stdout.trimEnd().split("\n");
    assertMatch(head, /^customer 02:.* at client branch-1, times are local: .*UTC[+-]\d\d:\d\d/);
    assertEquals(lines.length, 5);
    assertMatch(lines[0], /^ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}asks for an AC \(PADI\)$/);
    assertMatch(lines[4], /^what to do: Nothing: branch-1\.1 is open\./);
    assertEquals((await pppoeProxy(["why", "branch-1", "-s", socket])).code, 2);
    const unknown = await pppoeProxy(["why", "02:00:00:00:77:77", "-s", socket]);
    assertEquals(unknown.code, 4);
    assertStringIncludes(unknown.stderr, "no PADI of it has reached this server");
  }));

Deno.test("the advice names the customer's address, and all of its sessions", () => {
  const padi = { at: 0, until: 0, count: 1, kind: "padi", facts: {} } as const;
  assertStringIncludes(adviceOf("client", MAC, [padi], []), `run \`pppoe-proxy why ${MAC}\` on`);
  const open = ["branch-1.1", "branch-1.2"].map((session) => ({ session, state: "open" as const }));
  assertStringIncludes(adviceOf("server", MAC, [padi], open), "branch-1.1, branch-1.2 are open.");
});
