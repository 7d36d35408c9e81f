import { assertEquals, assertNotEquals } from "@std/assert";
import { CODE_PADI, CODE_PADR, TAG_HOST_UNIQ } from "../../src/pppoe/constants.ts";
import { serviceNameError } from "../../src/pppoe/error_tags.ts";
import { findTag } from "../../src/pppoe/tags.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc, type TestAcOptions } from "./peers/test_ac.ts";
import { startTestClient, type TestClient } from "./peers/test_client.ts";
import { type PairOptions, startProxyPair } from "./proxy_pair.ts";

const ignore = !insideLab();
/** A second customer on the same LAN. */
const NEIGHBOUR = 0x02_00_5e_10_00_00;

async function started(lab: Lab, ac: Partial<TestAcOptions> = {}, pair: PairOptions = {}) {
  await lab.cables();
  const concentrator = lab.use(startTestAc({ interface: "ac0", name: "lab-ac", ...ac }));
  const daemons = await startProxyPair(lab, pair);
  return { ac: concentrator, daemons };
}

const HOST_UNIQS: readonly [what: string, value: Uint8Array | undefined][] = [
  ["an absent", undefined],
  ["an empty", new Uint8Array(0)],
  ["a binary", Uint8Array.of(0, 255, 0, 13, 10, 0)],
  ["a 1,300 byte long", Uint8Array.from({ length: 1300 }, (_, at) => at)],
];

Deno.test({
  name: "every Host-Uniq is replaced towards the AC and restored byte for byte",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac } = await started(lab);
    for (const [index, [what, hostUniq]] of HOST_UNIQS.entries()) {
      // A new address each time, so that only this packet can match.
      const host = lab.use(startTestClient("cust0", NEIGHBOUR + index));
      const since = ac.seen.length;
      const session = await host.dial(hostUniq && { hostUniq });
      for (const { tags } of [session.pado, session.pads]) {
        assertEquals(findTag(tags, TAG_HOST_UNIQ), hostUniq, `${what} Host-Uniq`);
      }
      const asked = ac.seen.entries.slice(since).filter(({ code }) =>
        code === CODE_PADI || code === CODE_PADR
      );
      const tokens = asked.map(({ tags }) => findTag(tags, TAG_HOST_UNIQ)?.toHex());
      assertEquals(tokens, [tokens[0], tokens[0]]);
      assertNotEquals(tokens[0], undefined);
      assertNotEquals(tokens[0], hostUniq?.toHex());
    }
  },
});

Deno.test({
  name: "an AC's refusal reaches the customer with the error and its Host-Uniq",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const refusal = serviceNameError("no such service");
    const { ac } = await started(lab, { refusal });
    const host = lab.use(startTestClient("cust0"));
    const options = { hostUniq: Uint8Array.of(9, 9, 9), serviceName: "gold" };
    const pads = await host.request(await host.discover(options), options);
    assertEquals(pads.sessionId, 0);
    assertEquals(pads.tags.find(({ type }) => type === refusal.type), refusal);
    assertEquals(findTag(pads.tags, TAG_HOST_UNIQ), options.hostUniq);
    assertEquals(ac.sessions.size, 0);
  },
});

Deno.test({
  name: "several customers dial at once, and each gets its own session",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac } = await started(lab);
    const hosts: TestClient[] = [];
    for (let n = 0; n < 8; n++) hosts.push(lab.use(startTestClient("cust0", NEIGHBOUR + n)));
    const sessions = await Promise.all(hosts.map((host) => host.dial()));
    assertEquals(new Set(sessions.map(({ sessionId }) => sessionId)).size, hosts.length);
    assertEquals(ac.sessions.size, hosts.length);
    await Promise.all(sessions.map((session, n) => session.echo(Uint8Array.of(0, 0x21, n))));
    for (const [n, { received }] of sessions.entries()) {
      assertEquals(received.entries, [Uint8Array.of(0, 0x21, n)]);
    }
  },
});

Deno.test({
  name: "one customer can have several sessions at once, with different Host-Uniq values",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac } = await started(lab);
    const host = lab.use(startTestClient("cust0"));
    const dials = [1, 2, 3].map((n) => host.dial({ hostUniq: Uint8Array.of(n) }));
    const sessions = await Promise.all(dials);
    assertEquals(ac.sessions.size, 3);
    await Promise.all(sessions.map((session, n) => session.echo(Uint8Array.of(0, 0x21, n))));
    for (const [n, { received }] of sessions.entries()) {
      assertEquals(received.entries, [Uint8Array.of(0, 0x21, n)]);
    }
  },
});

Deno.test({
  name: "with preserve the customer's Host-Uniq is unchanged",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac } = await started(lab, {}, { server: '[discovery]\nhost_uniq = "preserve"' });
    const host = lab.use(startTestClient("cust0"));
    const hostUniq = Uint8Array.of(1, 2, 3, 4);
    await host.dial({ hostUniq });
    const asked = ac.seen.all(({ code }) => code === CODE_PADI || code === CODE_PADR);
    assertEquals(asked.map(({ tags }) => findTag(tags, TAG_HOST_UNIQ)), [hostUniq, hostUniq]);
  },
});
