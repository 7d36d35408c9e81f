import { assertEquals } from "@std/assert";
import { AcEnds } from "../../src/daemon/acs/ac_ends.ts";
import { AcQuiet } from "../../src/daemon/acs/ac_quiet.ts";
import { AcRequests } from "../../src/daemon/acs/ac_requests.ts";

const [AC, OTHER] = [0xaa, 0xbb];
const CUSTOMER = 0x11;

/** Requests at a clock that a test moves. */
function requests() {
  const clock = { now: 1_000_000 };
  const watch = new AcRequests(() => clock.now);
  const kinds = () => watch.troubles().map(({ kind }) => kind);
  return { clock, watch, kinds };
}

Deno.test("an AC that confirms no PADR is mute until it confirms one", () => {
  const { clock, watch, kinds } = requests();
  for (const customer of [1, 2]) {
    watch.asked("c", customer);
    watch.offered("c", customer, AC, "bng");
    watch.requested("c", customer, AC);
  }
  assertEquals(kinds(), []);
  clock.now += 4_000;
  assertEquals(watch.troubles(), [
    { ac: AC, name: "bng", kind: "mute", padrs: 2, customers: 2 },
  ]);
  watch.confirmed("c", 2, AC);
  assertEquals(kinds().includes("mute"), false);
});

Deno.test("on a client, a PADR counts for the AC that made the last offer", () => {
  const { clock, watch, kinds } = requests();
  watch.asked("", CUSTOMER);
  watch.offered("", CUSTOMER, AC, "bng");
  for (let i = 0; i < 2; i++) watch.requested("", CUSTOMER, 0x99);
  clock.now += 4_000;
  assertEquals(kinds(), ["mute"]);
});

Deno.test("an offer is late if the one PADI, or each of several, waited for it", () => {
  const { clock, watch, kinds } = requests();
  watch.asked("c", 1);
  clock.now += 2_900;
  watch.offered("c", 1, AC, "");
  assertEquals(kinds(), [], "in time");
  watch.asked("c", 2);
  clock.now += 5_000;
  watch.asked("c", 2); // the first one may have been lost
  clock.now += 100;
  watch.offered("c", 2, AC, "");
  clock.now += 4_900;
  watch.offered("c", 2, AC, "");
  assertEquals(kinds(), [], "one of two PADIs: a single late answer");
  watch.asked("c", 3);
  clock.now += 4_000;
  watch.offered("c", 3, AC, "");
  assertEquals(watch.troubles(), [{
    ...{ ac: AC, name: "", kind: "late", request: "PADI", delay: 4_000 },
    ...{ isOver: false, isUseless: false },
  }]);
  clock.now += 600_000;
  assertEquals(kinds(), [], "long ago");
});

Deno.test("a PADS is late if the last PADR waited for it; one in ten minutes is no problem", () => {
  const { clock, watch, kinds } = requests();
  const dial = (customer: number) => {
    watch.asked("c", customer);
    watch.offered("c", customer, AC, "bng");
    watch.requested("c", customer, AC);
    clock.now += 3_000;
    watch.confirmed("c", customer, AC);
  };
  for (let customer = 1; customer < 5; customer++) {
    dial(customer);
    assertEquals(kinds(), []);
    clock.now += 600_000;
  }
  dial(5);
  dial(6);
  assertEquals(kinds(), ["late"]);
});

Deno.test("an answer long after a repeated request answers the one before, a prompt one the last", () => {
  for (const [pause, delay] of [[2_000, 7_000], [900, undefined]] as const) {
    const { clock, watch } = requests();
    watch.tooLate(AC, "bng", "PADI", 4_000); // a second one is a problem
    watch.asked("c", 1);
    clock.now += 5_000;
    watch.asked("c", 1);
    clock.now += pause;
    watch.offered("c", 1, AC, "bng");
    const late = () =>
      watch.troubles().flatMap((each) => each.kind === "late" ? [[each.request, each.delay]] : []);
    assertEquals(late(), delay === undefined ? [] : [["PADI", delay]]);
    watch.requested("c", 1, AC);
    clock.now += 5_000;
    watch.requested("c", 1, AC);
    clock.now += pause;
    watch.confirmed("c", 1, AC);
    assertEquals(late(), delay === undefined ? [] : [["PADR", delay]]);
  }
});

Deno.test("answers that nobody waits for any more make their AC useless, until one is in time", () => {
  const { clock, watch } = requests();
  const useless = () =>
    watch.troubles().flatMap((each) => each.kind === "late" ? [each.isUseless] : []);
  for (let i = 0; i < 2; i++) watch.tooLate(OTHER, "", "PADI", 2_000); // its customer had gone
  watch.tooLate(AC, "bng", "PADR", 61_000);
  assertEquals(useless(), [], "a single one");
  /** An offer in time, and if `isConfirmed` its session. */
  const answer = (isConfirmed: boolean) => {
    watch.asked("c", 1);
    watch.offered("c", 1, AC, "bng");
    watch.requested("c", 1, AC);
    if (isConfirmed) watch.confirmed("c", 1, AC);
  };
  answer(false);
  watch.tooLate(AC, "bng", "PADR", 62_000);
  assertEquals(watch.troubles(), [{
    ...{ ac: AC, name: "bng", kind: "late", request: "PADR", delay: 62_000 },
    ...{ isOver: true, isUseless: true },
  }]);
  answer(false);
  assertEquals(useless(), [true], "an offer is no session");
  clock.now += 120_000;
  assertEquals(useless(), [false], "nobody dials any more");
  watch.tooLate(AC, "bng", "PADR", 62_000);
  assertEquals(useless(), [true]);
  answer(true);
  assertEquals(useless(), [false]);
  clock.now += 600_000;
  assertEquals(watch.troubles(), []);
});

Deno.test("two ACs share a name if both make offers, not if one follows the other", () => {
  const { clock, watch, kinds } = requests();
  watch.offered("c", 1, AC, "bng");
  clock.now += 1_000;
  watch.offered("c", 1, OTHER, "bng");
  assertEquals(kinds(), [], "a successor");
  clock.now += 1_000;
  watch.offered("c", 1, AC, "bng");
  clock.now += 1_000;
  watch.offered("c", 1, OTHER, "bng");
  assertEquals(watch.troubles(), [
    { ac: AC, name: "bng", kind: "same-name", others: [OTHER] },
  ]);
});

Deno.test("any number of ACs, customers and packets leaves few troubles", () => {
  const { clock, watch } = requests();
  for (let i = 0; i < 20_000; i++) {
    const ac = 1 + (i >> 2) % 500;
    watch.asked("c", i);
    watch.offered("c", i, ac, "x".repeat(1_000));
    watch.requested("c", i, ac);
    clock.now++;
  }
  clock.now += 4_000;
  const troubles = watch.troubles();
  assertEquals(new Set(troubles.map(({ ac }) => ac)).size, 16);
  assertEquals(troubles.every(({ name }) => name.length === 64), true);
});

/** Ends at a clock that a test moves. */
function ends() {
  const clock = { now: 1_000_000 };
  const watch = new AcEnds(() => clock.now);
  const end = (lasted: number, remaining: number, words?: string) =>
    watch.ended({ ac: AC, name: "bng", lasted, words }, () => remaining);
  return { clock, watch, end };
}

Deno.test("short sessions count from the third on, or from the first that says why", () => {
  const { clock, watch, end } = ends();
  for (const _ of [1, 2]) {
    end(29_999, 100);
    clock.now += 6_000;
  }
  end(30_000, 100);
  assertEquals(watch.troubles(), []);
  clock.now += 6_000;
  end(0, 100, "no address");
  assertEquals(watch.troubles(), [
    { ac: AC, name: "bng", kind: "short", count: 3, words: "no address" },
  ]);
  clock.now += 600_000;
  assertEquals(watch.troubles(), []);
});

Deno.test("many ends are at least three, and half of the AC's sessions, close together", () => {
  const { clock, watch, end } = ends();
  for (let left = 9; left >= 6; left--) end(60_000, left);
  assertEquals(watch.troubles(), [], "4 of 10");
  clock.now += 2_000;
  end(60_000, 0);
  assertEquals(watch.troubles(), [
    { ac: AC, name: "bng", kind: "many", count: 5, before: 10, time: 2_000 },
  ]);
  clock.now += 5_001;
  for (const _ of [1, 2]) end(60_000, 0);
  assertEquals(watch.troubles()[0].count, 5, "ends later are apart");
});

Deno.test("sessions that open between two ends count too", () => {
  const { watch, end } = ends();
  end(60_000, 0);
  for (const _ of [1, 2, 3]) watch.opened(AC);
  for (const _ of [1, 2, 3]) end(60_000, 0);
  assertEquals(watch.troubles(), [
    { ac: AC, name: "bng", kind: "many", count: 4, before: 4, time: 0 },
  ]);
});

Deno.test("an AC is quiet if no session hears it and an echo waits, until any session does", () => {
  const quiet = new AcQuiet();
  const look = (...sessions: [idle: number, echo: number | undefined][]) => {
    quiet.begin();
    for (const [idle, echo] of sessions) quiet.add(AC, "bng", idle, echo);
    quiet.end();
    return quiet.current().map(({ waiting, idle }) => [waiting, idle]);
  };
  assertEquals(look([9_000, undefined]), [], "nobody asks");
  assertEquals(look([9_000, 1_999]), [], "an answer may be on its way");
  assertEquals(look([9_000, 2_000], [2_999, 2_000]), [], "heard in another session");
  assertEquals(look([9_000, 2_000], [3_000, undefined]), [[1, 3_000]]);
  assertEquals(look([9_500, 100], [3_500, undefined]), [[1, 3_500]], "the next echo");
  assertEquals(look([0, undefined], [4_000, undefined]), []);
});
