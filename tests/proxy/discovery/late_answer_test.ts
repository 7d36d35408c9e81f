import { assertEquals } from "@std/assert";
import { CODE_PADI, CODE_PADO, CODE_PADS, TAG_HOST_UNIQ } from "../../../src/pppoe/constants.ts";
import { BROADCAST } from "../../../src/pppoe/mac.ts";
import { HostUniqRewriter } from "../../../src/proxy/discovery/host_uniq.ts";
import type { LateAnswer } from "../../../src/proxy/discovery/late_answer.ts";
import { type Pending, PendingDiscoveries } from "../../../src/proxy/discovery/pending.ts";
import { TokenSigner } from "../../../src/proxy/discovery/token.ts";
import { randomBytes } from "node:crypto";
import { acName, dial, service, settle, uniq, within } from "../dial.ts";
import { AC, CUSTOMER, WAN } from "../path.ts";

const PADI = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
const ANSWER = { source: AC, destination: WAN, sessionId: 0 };

Deno.test("an AC's answer after `[discovery] timeout` is reported once, with its time", async () => {
  const seen: LateAnswer[] = [];
  const options = { late: (answer: LateAnswer) => void seen.push(answer) };
  await within({ ...options, limits: { timeout: 10_000 } }, async (path) => {
    path.customers[0].send(PADI, [service, uniq(1)]);
    const { list } = await path.ac.packet();
    path.advance(12_000);
    path.customers[0].send(PADI, [service, uniq(2)]); // the first one is over
    await path.ac.packet();
    for (const code of [CODE_PADO, CODE_PADS]) path.ac.send({ ...ANSWER, code }, [acName, ...list]);
    const forged = list.map((tag) =>
      tag.type === TAG_HOST_UNIQ ? uniq(...tag.value.with(15, 0)) : tag
    );
    path.ac.send({ ...ANSWER, code: CODE_PADO }, forged);
    await settle();
    assertEquals(path.server.drops["host-uniq-unknown"], 3);
  });
  assertEquals(seen, [
    { concentrator: AC, acName: "ac-1", code: CODE_PADO, delay: 12_000 },
  ]);
});

Deno.test("an AC that stands in for another is not late for a customer that has a session", async () => {
  const seen: LateAnswer[] = [];
  const options = { late: (answer: LateAnswer) => void seen.push(answer) };
  await within({ ...options, limits: { timeout: 10_000 } }, async (path) => {
    const { padi } = await dial(path);
    path.advance(12_000);
    path.customers[0].send({ ...PADI, source: CUSTOMER + 1 }, [service, uniq(2)]);
    await path.ac.packet(); // the first one is over
    path.ac.send({ ...ANSWER, source: AC + 1, code: CODE_PADO }, [acName, ...padi.list]);
    await settle();
    assertEquals(path.server.drops["host-uniq-unknown"], 1);
  });
  assertEquals(seen, []);
});

Deno.test("of discoveries that are over, only the latest thousand or so are remembered", () => {
  const signer = new TokenSigner((length) => randomBytes(length));
  const hostUniq = new HostUniqRewriter<{ name: string }>("rewrite", signer, () => 5_000);
  const limits = { pendingDiscoveries: 10_000, timeout: 1_000 };
  const owner = { name: "branch-1" };
  const discoveries = new PendingDiscoveries<typeof owner>(limits, () => 0);
  const over: Pending<typeof owner>[] = [];
  for (let customer = 1; customer <= 3_000; customer++) {
    const pending = discoveries.begin(owner, owner.name, customer, undefined);
    if (pending === undefined) continue;
    hostUniq.assign(pending, WAN);
    hostUniq.forget(pending);
    over.push(pending);
  }
  const known = over.filter(({ upstream }) => hostUniq.lateness(WAN, upstream) === 5_000);
  assertEquals(known, over.slice(-1_024));
});
