import { assertEquals } from "@std/assert";
import { CODE_PADI, CODE_PADO, CODE_PADS, TAG_AC_COOKIE } from "../../../src/pppoe/constants.ts";
import { acSystemError, errorText, serviceNameError } from "../../../src/pppoe/error_tags.ts";
import { BROADCAST } from "../../../src/pppoe/mac.ts";
import { POLICY } from "../../../src/messages/discovery_drops.ts";
import type { AcRefusal } from "../../../src/proxy/discovery/ac_refusal.ts";
import { isProxyRefusal, refusalTag } from "../../../src/proxy/discovery/refusal.ts";
import type { PolicyDrop } from "../../../src/proxy/session/drops.ts";
import { acName, request, service, settle, uniq, within } from "../dial.ts";
import { AC, CUSTOMER, WAN } from "../path.ts";

type Seen = [side: string, name: string, code: number, words: string[], isProxys: boolean];

function seenOf(side: string, { acName, code, tags, isProxys }: AcRefusal): Seen {
  return [side, acName, code, tags.map(errorText), isProxys];
}

Deno.test("both sides notice that an AC refuses, by a PADO or a PADS, with its words", async () => {
  const seen: Seen[] = [];
  await within(
    { refused: (side, refusal) => void seen.push(seenOf(side, refusal)) },
    async (path) => {
      const padi = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
      path.customers[0].send(padi, [service, uniq(1)]);
      const { list } = await path.ac.packet();
      const answer = { destination: WAN, source: AC, sessionId: 0 };
      path.ac.send({ ...answer, code: CODE_PADO }, [acName, ...list, serviceNameError("no such")]);
      await path.customers[0].packet();
      await request(path, { tags: [service, uniq(2)] });
      const padr = await path.ac.packet();
      path.ac.send({ ...answer, code: CODE_PADS }, [
        ...padr.list.filter(({ type }) => type !== TAG_AC_COOKIE),
        acSystemError("out of sessions"),
      ]);
      await path.customers[0].packet();
      await settle();
    },
  );
  assertEquals(seen, [
    ["server", "ac-1", CODE_PADO, ["no such"], false],
    ["client", "ac-1", CODE_PADO, ["no such"], false],
    ["server", "ac-1", CODE_PADS, ["out of sessions"], false],
    ["client", "ac-1", CODE_PADS, ["out of sessions"], false],
  ]);
});

Deno.test("a client tells its server's refusal from an AC's", async () => {
  const seen: Seen[] = [];
  await within({
    refused: (side, refusal) => void seen.push(seenOf(side, refusal)),
    sessionsPerClient: 1,
    limits: { sessionsPerCustomer: 1 },
    sessionsOnClient: 10,
  }, async (path) => {
    path.server.proxy.sessions.draining = false;
    const asked = await request(path, { tags: [service, uniq(1)] });
    await path.ac.packet();
    const padi = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    for (const id of [5, 6, 7]) {
      path.customers[0].send(padi, [service, uniq(id)]);
      await path.ac.packet();
      path.advance(2_000);
    }
    path.advance(2_000);
    path.server.proxy.sessions.draining = true;
    asked.wire.send(
      { source: CUSTOMER, destination: asked.pado.source, code: 0x19, sessionId: 0 },
      [
        service,
        uniq(1),
        ...asked.pado.list.filter(({ type }) => type === TAG_AC_COOKIE),
        { type: 0x0105, value: Uint8Array.of(0, 0, 0, 1, 7) },
      ],
    );
    await path.customers[0].packet();
    // The AC itself is still silent.
    assertEquals(path.clients[0].proxy.discoveries.silence?.padis, 3);
  });
  assertEquals(seen, [["client", "ac-1", CODE_PADS, ["no new sessions at present"], true]]);
});

Deno.test("every refusal of a proxy is recognised as one, and an AC's is not", () => {
  for (const reason of Object.keys(POLICY) as PolicyDrop[]) {
    assertEquals(isProxyRefusal(refusalTag(reason)), true, reason);
  }
  assertEquals(isProxyRefusal(acSystemError("busy: try later")), false);
  assertEquals(isProxyRefusal(acSystemError("")), false);
});
