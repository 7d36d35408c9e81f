import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import {
  CODE_PADO,
  CODE_PADR,
  TAG_AC_COOKIE,
  TAG_AC_NAME,
  TAG_SERVICE_NAME,
} from "../../src/pppoe/constants.ts";
import type { DiscoveryPacket } from "../../src/pppoe/frame.ts";
import { findTag, type Tag } from "../../src/pppoe/tags.ts";
import { HostUniqRewriter } from "../../src/proxy/discovery/host_uniq.ts";
import { Offers } from "../../src/proxy/discovery/offers.ts";
import { MAX_OFFERS, type Pending, PendingDiscoveries } from "../../src/proxy/discovery/pending.ts";
import { TokenSigner } from "../../src/proxy/discovery/token.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const service: Tag = { type: TAG_SERVICE_NAME, value: new Uint8Array(0) };

function packet(code: number, source: number, destination: number): DiscoveryPacket {
  return { code, source, destination, sessionId: 0, tags: new Uint8Array(0) };
}

/** The model's record of an offer: which AC made it, and with which cookie. */
interface Made {
  pending: Pending<string>;
  token: Uint8Array;
  ac: number;
  cookie: Uint8Array | undefined;
}

const customer = fc.nat(3);
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("ask" as const), customer }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("offer" as const),
      customer,
      ac: fc.nat(3),
      name: fc.nat(2),
      cookie: fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("take" as const), customer, pick: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("forget" as const), customer }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("pass" as const), time: fc.nat(80_000) }) },
);

Deno.test("property: a cookie brings a PADR to the AC of its offer with that AC's cookie, or nowhere", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 150, size: "max" }), (steps) => {
    let time = 0;
    const offers = new Offers<string>("own", new TokenSigner(random));
    const table = new PendingDiscoveries<string>(
      { pendingDiscoveries: 3, timeout: 60_000 },
      () => time,
      (pending) => offers.forget(pending),
    );
    const find = (mac: number) => table.find("a", mac, undefined);
    const made: Made[] = [];
    for (const it of steps) {
      if (it.kind === "pass") time += it.time;
      else if (it.kind === "ask") table.begin("a", "a", it.customer, undefined);
      else if (it.kind === "forget") {
        const pending = find(it.customer);
        if (pending !== undefined) table.remove(pending);
      } else if (it.kind === "offer") {
        const pending = find(it.customer);
        if (pending === undefined) continue;
        const tags: Tag[] = [service, {
          type: TAG_AC_NAME,
          value: new TextEncoder().encode(`ac-${it.name}`),
        }];
        if (it.cookie !== undefined) tags.push({ type: TAG_AC_COOKIE, value: it.cookie });
        const shown = offers.take(pending, packet(CODE_PADO, it.ac, it.customer), tags);
        assert(typeof shown !== "string", shown as string);
        const token = findTag(shown, TAG_AC_COOKIE) as Uint8Array;
        assertEquals(token.length, 16);
        made.push({ pending, token, ac: it.ac, cookie: it.cookie });
      } else if (made.length > 0) {
        const { pending, token, ac, cookie } = made[it.pick % made.length];
        const tags: Tag[] = [service, { type: TAG_AC_COOKIE, value: token }];
        const isUnderWay = find(pending.customer) === pending; // removes expired discoveries
        const found = offers.chosen("a", undefined, packet(CODE_PADR, it.customer, 9), tags);
        if (!isUnderWay || it.customer !== pending.customer) {
          assertEquals(found, "ac-cookie-unknown");
        } else {
          assert(typeof found !== "string", found as string);
          assertEquals([found.concentrator, found.pending === pending], [ac, true]);
          const bare = offers.unwrapped(tags, found);
          assertEquals(findTag(bare, TAG_AC_COOKIE), cookie);
        }
        assertEquals(
          offers.chosen("b", undefined, packet(CODE_PADR, it.customer, 9), tags),
          "ac-cookie-unknown",
        );
      }
    }
    for (const pending of new Set(made.map(({ pending }) => pending))) table.remove(pending);
    assertEquals(offers.size, 0);
  }));
});

Deno.test("O1: offers are limited per discovery and in bytes, and an AC that floods evicts no other's", () => {
  const offers = new Offers<string>("own", new TokenSigner(random), 200_000);
  const table = new PendingDiscoveries<string>({ pendingDiscoveries: 100, timeout: 1 }, () => 0);
  const begin = (mac: number) => table.begin("a", "a", mac, undefined) as Pending<string>;
  const offer = (pending: Pending<string>, ac: number, i: number, size = 4) => {
    const cookie = new Uint8Array(size);
    new DataView(cookie.buffer).setUint32(0, i);
    const shown = offers.take(pending, packet(CODE_PADO, ac, pending.customer), [
      service,
      { type: TAG_AC_COOKIE, value: cookie },
    ]);
    return typeof shown === "string" ? shown : findTag(shown, TAG_AC_COOKIE);
  };
  const taken = (pending: Pending<string>, token: Uint8Array) =>
    offers.chosen("a", undefined, packet(CODE_PADR, pending.customer, 9), [
      { type: TAG_AC_COOKIE, value: token },
    ]);
  const pending = begin(1);
  const honest = Array.from({ length: 20 }, (_, i) => offer(pending, 100 + i, i) as Uint8Array);
  for (let i = 0; i < 5_000; i++) offer(pending, 7, i);
  assertEquals(offers.size, MAX_OFFERS);
  for (const [i, token] of honest.entries()) {
    const found = taken(pending, token);
    assertEquals(typeof found === "string" ? found : found.concentrator, 100 + i);
  }
  for (let mac = 2; mac < 50; mac++) {
    const other = begin(mac);
    for (let i = 0; i < MAX_OFFERS; i++) offer(other, i, i, 1_000);
  }
  assertLessOrEqual(offers.size, 200_000 / 1_000);
});

const request = fc.record({
  customer: fc.nat(3),
  hostUniq: fc.option(fc.uint8Array({ maxLength: 2 }), { nil: undefined }),
  time: fc.nat(9_000),
  answer: fc.nat(),
  flip: fc.nat(8 * 16 - 1),
});

for (const mode of ["rewrite", "preserve"] as const) {
  Deno.test(`property: an answer belongs to the discovery whose Host-Uniq it carries, or to none (${mode})`, () => {
    fc.assert(fc.property(fc.array(request, { maxLength: 100, size: "max" }), (requests) => {
      let time = 0;
      const rewriter = new HostUniqRewriter<{ name: string }>(
        mode,
        new TokenSigner(random),
        () => time,
      );
      const owner = { name: "a" };
      const table = new PendingDiscoveries<{ name: string }>(
        { pendingDiscoveries: 4, timeout: 20_000 },
        () => time,
        (pending) => rewriter.forget(pending),
      );
      const local = 1;
      const known: { pending: Pending<{ name: string }>; upstream: Uint8Array | undefined }[] = [];
      for (const { customer, hostUniq, time: passed, answer, flip } of requests) {
        time += passed;
        const pending = table.begin(owner, "a", customer, hostUniq);
        if (pending !== undefined && rewriter.assign(pending, local) === undefined) {
          known.push({ pending, upstream: pending.upstream });
        }
        if (known.length === 0) continue;
        const { pending: asked, upstream } = known[answer % known.length];
        const found = rewriter.resolve(local, upstream);
        if (mode === "rewrite") {
          const isUnderWay = table.find("a", asked.customer, asked.hostUniq) === asked;
          assertEquals(found, isUnderWay ? asked : "host-uniq-unknown");
          assertEquals(rewriter.requesterOf(local, upstream), rewriter.requester(owner));
          assertEquals(rewriter.requesterOf(local + 1, upstream), undefined);
          const forged = (upstream as Uint8Array).slice();
          forged[flip >> 3] ^= 1 << (flip & 7);
          assertEquals(typeof rewriter.resolve(local, forged), "string");
          assertEquals(rewriter.requesterOf(local, forged), undefined);
        } else {
          assertEquals(rewriter.requesterOf(local, upstream), undefined);
          if (typeof found !== "string") assertEquals(found.upstream, upstream);
        }
      }
    }));
  });
}
