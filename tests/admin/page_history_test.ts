// deno-lint-ignore-file camelcase -- keys are those of the JSON
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { joinSamples, pastOf } from "../../src/admin/web/history.js";
import { moved, RANGES, spanOf, spanQuery, zoomed } from "../../src/admin/web/span.js";
import type { Daemon } from "../../src/daemon/daemon.ts";
import { COLUMNS } from "../../src/history/columns.ts";
import fc from "fast-check";
import { needing } from "../needs.ts";
import { until } from "../until.ts";
import { withPage } from "./page_world.ts";

const MINUTE = 60_000;

/** Fills the last 24 hours: a wave with a gap of half an hour, and four events. */
function fill({ history }: Daemon): void {
  const last = Math.floor(Date.now() / MINUTE) - 1;
  for (let step = last - 1_430; step <= last; step++) {
    const ago = last - step;
    if (ago >= 300 && ago < 330) continue;
    const wave = 3e8 * (1.2 + Math.sin(step / 90)) + 2e7 * Math.sin(step);
    const total = COLUMNS.map((column) =>
      column === "bytesUp" ? wave / 4 : column === "bytesDown" ? wave : 1e5
    );
    history.restore({ step, covered: MINUTE, total, clients: [["branch-1", total.slice(0, 7)]] });
  }
  const kinds = ["tunnel-lost", "tunnel-up", "reload", "session-closed"];
  for (const [at, kind] of kinds.entries()) {
    const time = (last - 330 + 30 * at) * MINUTE;
    history.events.add({ time, kind, facts: { client: "branch-1", reason: "keepalive-timeout" } });
  }
}

/** Moves the pointer to a part of a plot's width; waits until the plot is drawn. */
async function point(page: Page, part: number): Promise<{ x: number; y: number }> {
  const over = page.locator("#traffic-bits .u-over");
  await over.waitFor();
  const box = await over.boundingBox();
  assert(box !== null);
  const place = { x: box.x + box.width * part, y: box.y + box.height / 2 };
  await page.mouse.move(place.x - 3, place.y);
  await page.mouse.move(place.x, place.y);
  return place;
}

/** Points until the plot says this of that part: the page may still be moving what it shows. */
async function read(page: Page, part: number, words: string): Promise<string> {
  let said = "";
  await until(async () => {
    await point(page, part);
    said = await page.locator("#traffic-readout").textContent() ?? "";
    return said.includes(words);
  }, () => `"${words}" at ${part}: ${said}`);
  return said;
}

/** Does something until the query of the page's address is as wanted. */
async function actUntil(
  page: Page,
  act: () => Promise<unknown>,
  wanted: (query: URLSearchParams) => boolean,
): Promise<void> {
  const isThere = (url: URL) => wanted(new URLSearchParams(url.hash.split("?")[1]));
  await until(async () => {
    await act();
    return await page.waitForURL(isThere, { timeout: 5_000 }).then(() => true, () => false);
  }, () => page.url());
}

/** The query of the page's address. */
function queryOf(page: Page): URLSearchParams {
  return new URLSearchParams(page.url().split("?")[1] ?? "");
}

function lengthOf(query: URLSearchParams): number {
  return (Date.parse(query.get("to") ?? "") - Date.parse(query.get("from") ?? "")) / 1_000;
}

Deno.test("web page: any zoom stays in the last 24 hours, and its address leads back to it", () => {
  const now = 1_700_000_000;
  const step = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    factor: fc.constantFrom(0.5, 0.8, 1.25, 2),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    let span = spanOf({ range: "6h" }, now);
    for (const { at, factor } of steps) {
      span = at < 0.2
        ? moved(span, at * 5 - 0.5, now)
        : zoomed(span, span.from + at * (span.to - span.from), factor, now);
      assert(span.from >= now - 86_401 && span.to <= now + 1 && span.to - span.from >= 59);
      const again = spanOf(spanQuery(span), now);
      assert(Math.abs(again.from - span.from) <= 1 && Math.abs(again.to - span.to) <= 1);
    }
  }));
  for (
    const query of [{}, { range: "1y" }, { from: "x", to: "y" }, {
      from: "2030-01-01",
      to: "2020-01-01",
    }]
  ) {
    assertEquals(spanOf(query as Record<string, string>, now), {
      from: now - RANGES[0][2],
      to: now,
      isFixed: false,
    });
  }
});

Deno.test("web page: what the page has measured continues the history without an overlap", () => {
  const values = [1, null, 3, 4];
  const past = pastOf({
    from: "2026-11-26T03:00:00Z",
    "step_seconds": 10,
    "bytes_up_per_second": values,
    "bytes_down_per_second": values,
    "frames_up_per_second": values,
    "frames_down_per_second": values,
    events: [],
  });
  const begin = Date.parse("2026-11-26T03:00:00Z") / 1_000;
  assertEquals(past.samples.times, [5, 15, 25, 35].map((time) => begin + time));
  assertEquals(past.samples.rates[1], null);
  const rate = { bytes_up: 9, bytes_down: 9, frames_up: 9, frames_down: 9 };
  const joined = joinSamples(past, { times: [begin + 31, begin + 33], rates: [null, rate] });
  // Without the first question, which knows no rate: it would be a gap.
  assertEquals(joined.times.map((time) => time - begin), [5, 15, 25, 33]);
  assertEquals(joinSamples(past, { times: [], rates: [] }).times.length, 4);
});

Deno.test(needing(["chromium"], {
  name: "web page: a plot says what was when, and zooms by drag, keys and wheel, in the address",
  fn: () =>
    withPage(async ({ daemon, open }) => {
      fill(daemon);
      const { page, faults } = await open("#/overview?range=24h");
      // 330 of 1,440 minutes ago: the loss of the tunnel.
      await page.locator("#traffic-timeline rect.bad").first().waitFor();
      assertEquals(await page.locator("#traffic-timeline rect").count(), 4);
      assertMatch(
        await page.locator("#traffic-timeline rect.bad title").textContent() ?? "",
        /tunnel lost branch-1, reason keepalive-timeout$/,
      );
      assertMatch(await read(page, 0.5, "bit/s up"), /^[\d: -]+: [\d.]+ Mbit\/s up, [\d.]+ Mbit/);
      await read(page, 1 - 331 / 1_440, "tunnel lost branch-1");
      await read(page, 1 - 315 / 1_440, "nothing known");

      const drag = async () => {
        const place = await point(page, 0.5);
        await page.mouse.down();
        await page.mouse.move(place.x + 80, place.y, { steps: 4 });
        await page.mouse.up();
      };
      await actUntil(page, drag, (query) => query.has("from"));
      const dragged = lengthOf(queryOf(page));
      assert(dragged > 3_000 && dragged < 30_000, `${dragged} s`);
      await page.locator("#traffic-bits").focus();
      await page.keyboard.press("-");
      await page.waitForURL((url) =>
        lengthOf(new URLSearchParams(url.hash.split("?")[1])) > dragged * 1.9
      );
      const wider = lengthOf(queryOf(page));
      const turnWheel = async () => {
        await point(page, 0.5);
        await page.mouse.wheel(0, -100);
      };
      await actUntil(page, turnWheel, (query) => lengthOf(query) < wider * 0.9);
      const { page: again } = await open(page.url().slice(page.url().indexOf("#")));
      assertEquals(lengthOf(queryOf(again)), lengthOf(queryOf(page)));
      await again.locator(".ranges .reset").waitFor();
      await page.locator("#traffic-bits").focus();
      await page.keyboard.press("Escape");
      await page.waitForURL((url) => !url.hash.includes("from="));
      await page.goBack();
      await page.waitForURL(/from=/);
      // The daemon knows the last hour of each client, so its line is there at once.
      await page.goto(`${page.url().split("#")[0]}#/clients`);
      await page.locator('#clients .spark path[d^="M"]').first().waitFor({ state: "attached" });
      assertEquals(faults, []);
    }),
}));
