import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { AcSilence, type SilenceReport } from "../../../src/proxy/discovery/ac_silence.ts";
import type { Mac } from "../../../src/pppoe/mac.ts";
import { dial, service, settle, uniq, within } from "../dial.ts";
import { CODE_PADI } from "../../../src/pppoe/constants.ts";
import { BROADCAST } from "../../../src/pppoe/mac.ts";
import { CUSTOMER } from "../path.ts";

function watch() {
  const clock = { now: 0 };
  const reports: SilenceReport[] = [];
  const silence = new AcSilence(() => clock.now, (report) => void reports.push(report));
  return { clock, reports, silence };
}

Deno.test("an AC is silent after three PADIs and five seconds, and reports have their numbers", () => {
  const { clock, reports, silence } = watch();
  silence.asked(1 as Mac);
  silence.asked(2 as Mac);
  clock.now = 60_000;
  silence.look();
  assertEquals([reports, silence.current], [[], undefined]);
  silence.asked(1 as Mac);
  silence.look();
  assertEquals(reports, [{ padis: 3, customers: 2, time: 60_000, service: "", isOver: false }]);
  silence.answered();
  assertEquals(reports.at(-1), { padis: 3, customers: 2, time: 60_000, service: "", isOver: true });
  assertEquals(silence.current, undefined);
});

Deno.test("a silence names the service that all customers asked for, if it is one", () => {
  const { clock, silence } = watch();
  for (const customer of [1, 2, 3]) silence.asked(customer as Mac, "gold");
  clock.now = 5_000;
  assertEquals(silence.current?.service, "gold");
  silence.asked(4 as Mac, "");
  assertEquals(silence.current?.service, "");
  silence.reset();
  for (const service of ["", "gold", "gold"]) silence.asked(1 as Mac, service);
  clock.now = 10_000;
  assertEquals(silence.current?.service, "");
});

Deno.test("an answer to anyone within five seconds is no silence, and an end is only reported after one", () => {
  const { clock, reports, silence } = watch();
  for (let padi = 0; padi < 1_000; padi++) {
    silence.asked(padi as Mac);
    clock.now += 4;
    silence.look();
  }
  silence.answered();
  assertEquals(reports, []);
});

Deno.test("whatever customers and ACs do, reports of silence are a minute apart and memory is bounded", () => {
  const step = fc.record({
    what: fc.constantFrom("ask", "ask", "ask", "answer", "look", "reset"),
    customer: fc.nat(100_000),
    pass: fc.nat(20_000),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 500 }), (steps) => {
    const { clock, silence } = watch();
    const at: number[] = [];
    let ends = 0;
    const told = new AcSilence(
      () => clock.now,
      ({ isOver }) => isOver ? ends++ : at.push(clock.now),
    );
    for (const { what, customer, pass } of steps) {
      clock.now += pass;
      for (const each of [silence, told]) {
        if (what === "ask") each.asked(customer as Mac);
        else if (what === "answer") each.answered();
        else if (what === "look") each.look();
        else each.reset();
      }
    }
    at.reduce((before, time) => (assert(time - before >= 60_000), time), -Infinity);
    assert(ends <= at.length);
  }));
  const { clock, silence } = watch();
  for (let customer = 0; customer < 100_000; customer++) silence.asked(customer as Mac);
  clock.now = 5_000;
  const { padis, customers, quiet } = silence.current ?? {};
  assertEquals([padis, customers, quiet], [100_000, 1_024, 5_000]);
});

Deno.test("both sides notice that the AC does not answer, and that it answers again", async () => {
  const reports: [string, SilenceReport][] = [];
  await within({
    silent: (side, report) => void reports.push([side, report]),
    limits: { padiRatePerMac: 100 },
  }, async (path) => {
    const padi = { source: CUSTOMER, destination: BROADCAST, code: CODE_PADI, sessionId: 0 };
    for (let index = 0; index < 3; index++) {
      path.customers[0].send(padi, [service, uniq(index)]);
      await path.ac.packet();
      path.advance(3_000);
    }
    for (const { proxy } of [path.server, path.clients[0]]) proxy.sweep(60_000);
    assertEquals(
      reports.map(([side, { padis, customers, isOver }]) => [side, padis, customers, isOver]),
      [["server", 3, 1, false], ["client", 3, 1, false]],
    );
    await dial(path, { tags: [service, uniq(9)] });
    await settle();
    assertEquals(reports.slice(2).map(([side, { isOver }]) => [side, isOver]), [
      ["server", true],
      ["client", true],
    ]);
  });
});
