// deno-lint-ignore-file camelcase -- keys are those of the JSON
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { VIEWS } from "../../src/admin/web/route.js";
import { TAG_SERVICE_NAME } from "../../src/pppoe/constants.ts";
import { dial, uniq } from "../proxy/dial.ts";
import type { Path } from "../proxy/path.ts";
import { needing } from "../needs.ts";
import { faultsOfAccess } from "./axe.ts";
import { closeContext } from "./chromium.ts";
import { dialMany, MANY } from "./many_sessions.ts";
import { changeAnswer, withPage } from "./page_world.ts";

/** A service's name with an override of direction that is never closed. */
const HOSTILE = new TextEncoder().encode("a\u202egnp.exe".repeat(9));

/** Problems as the daemon lists them, so that their colours are examined too. */
const PROBLEMS = (["critical", "warning"] as const).map((severity) => ({
  code: "tunnel-down",
  severity,
  subject: "branch-1",
  since: "2026-01-01T00:00:00Z",
  words: `The tunnel to "branch-1" is down`,
  remedy: "Check the path",
  next: "Its sessions end in 20s",
}));

/**
 * What is too wide at the current width: the page, and what ends beyond its section, which would cover
 * what is beside it.
 */
const TOO_WIDE = `[
  ...(document.documentElement.scrollWidth > innerWidth ? ["the page"] : []),
  ...[...document.querySelectorAll("main section :is(table, header, p, dl, ul, ol, pre, form, button)")]
    .filter((each) => each.checkVisibility() && !each.classList.contains("unseen"))
    .filter((each) =>
      each.getBoundingClientRect().right > each.closest("section").getBoundingClientRect().right
    ).map((each) => each.id || each.className || each.textContent.slice(0, 40)),
].map((each) => each + " at " + innerWidth)`;

const AGO = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

/** Gives a list's rows figures of full length. */
// deno-lint-ignore no-explicit-any -- an answer of the API
function enlarge(answer: any): void {
  const bytes = 1_048e6 + performance.now() * 1_537; // 12.3 Mbit/s
  const traffic = { bytes_up: bytes, bytes_down: bytes };
  for (const row of answer.sessions ?? []) {
    Object.assign(row, traffic, { opened_at: AGO(90), ac_rtt_seconds: 0.14 });
  }
  for (const row of answer.clients ?? []) {
    Object.assign(row, traffic, { rtt_seconds: 0.0123, sessions: 9_999, queue_bytes: 1_020_000 });
    Object.assign(
      row,
      row.up
        ? { address: "[2001:db8:85a3:8d3:1319:8a2e:370:7348]:38976", since: AGO(90) }
        : { address: null, down_since: AGO(90), configured: false },
    );
  }
}

/**
 * Targets smaller than 44 px (WCAG 2.2, 2.5.5), with what pseudo-elements and labels add to them; links
 * in a sentence are excepted.
 */
const SMALL_TARGETS = `[...document.querySelectorAll("a, button, input, select")]
  .filter((each) => each.checkVisibility() && each.closest("thead, .skip, .events .facts, .empty, .note") === null)
  .map((each) => {
    const boxes = [each, ...(each.labels ?? [])].map((it) => it.getBoundingClientRect())
      .map(({ width, height }) => [width, height]);
    const drawn = ["::before", "::after"].map((name) => getComputedStyle(each, name))
      .filter(({ position }) => position === "absolute")
      .map(({ width, height }) => [parseFloat(width), parseFloat(height)]);
    const [width, height] = [0, 1].map((at) => Math.max(...[...boxes, ...drawn].map((it) => it[at])));
    const name = (each.id || each.ariaLabel || each.textContent) + " in " + each.parentElement.className;
    return { width, height, words: name + ": " + Math.round(width) + " × " + Math.round(height) };
  })
  .filter(({ width, height }) => width < 43.5 || height < 43.5).map(({ words }) => words)`;

/** Widths from a phone's to a desk's, in steps in which no rule of a style sheet hides. */
const WIDTHS = Array.from({ length: 161 }, (_, step) => 320 + 10 * step);
/** From this width on, lists are tables. */
const TABLES_FROM = 961;
/** A phone and a desk: where axe examines the page, once per view and theme, and its widths. */
const LOOKS = [
  {
    examinedAt: 390,
    widths: WIDTHS.filter((width) => width < TABLES_FROM),
    colorScheme: "light",
    hasTouch: true,
  },
  {
    examinedAt: 1440,
    widths: [TABLES_FROM, ...WIDTHS.filter((width) => width > TABLES_FROM)],
    colorScheme: "dark",
    hasTouch: false,
  },
] as const;
/** Names that a layout must survive: long, and right to left. */
const NAMES = ["branch-1", "x".repeat(64), "שלום-עולם-campus"];
const SESSIONS = 10_000;
/** More than any view shows of as many sessions; the answers have pages. */
const MOST_ELEMENTS = 4_000;
const MOST_ROWS = 100;

/** Opens a view, and waits until its answers are shown. */
async function show(page: Page, view: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(view)}`);
  const main = page.locator(`main[data-address="${view}"]`, { has: page.locator("section") });
  await main.filter({ hasNotText: "Loading…" }).waitFor();
}

/** What is too wide at these widths. */
async function tooWide(page: Page, widths: readonly number[]): Promise<string[]> {
  const browser = await page.context().newCDPSession(page);
  // Sent without waiting in between: the browser works on them in this order.
  const answers = widths.map(async (width) => {
    const size = { width, height: 860, deviceScaleFactor: 1, mobile: false };
    void browser.send("Emulation.setDeviceMetricsOverride", size);
    const expression = `JSON.stringify([innerWidth, ${TOO_WIDE}])`;
    const { result } = await browser.send("Runtime.evaluate", { expression });
    const [seen, found] = JSON.parse(result.value) as [number, string[]];
    assertEquals(seen, width);
    return found;
  });
  const found = (await Promise.all(answers)).flat();
  await browser.detach();
  return found;
}

/** Dials 10,000 sessions, and one of each client whose names are hostile. */
async function dialAll(path: Path): Promise<void> {
  await dialMany(path, SESSIONS);
  for (const client of NAMES.keys()) {
    await dial(path, {
      client,
      customer: 0x02_00_00_00_10_00 + client,
      id: 0x7000 + client,
      tags: [{ type: TAG_SERVICE_NAME, value: HOSTILE }, uniq(client)],
    });
  }
  await path.lose(1);
}

/** The last client is the one of most of the latest events. */
const VIEWS_OF_ONE = [
  `#/clients/${encodeURIComponent(NAMES[2])}`,
  `#/clients/${NAMES[1]}`,
  "#/sessions/branch-1.1",
];

Deno.test(needing(["chromium"], {
  name:
    "web page: 10,000 sessions, every view, from phone to desktop, light and dark: nothing overflows, no axe fault",
  fn: () =>
    withPage(async ({ path, open }) => {
      await dialAll(path);
      const views = [...VIEWS.map((view) => `#/${view}`), "#/sessions?state=past"];
      const found: string[] = [];
      for (const { examinedAt, widths, colorScheme, hasTouch } of LOOKS) {
        const viewport = { width: examinedAt, height: 860 };
        const { page, faults } = await open("", { viewport, colorScheme, hasTouch });
        await changeAnswer(page, "status*", (status) => void (status.problems = PROBLEMS));
        await changeAnswer(page, "sessions?*", enlarge);
        await changeAnswer(page, "clients?*", enlarge);
        await page.locator("#problems li").nth(1).waitFor();
        for (const view of [...views, ...VIEWS_OF_ONE]) {
          await show(page, view);
          const where = (fault: string) => `${view}, ${colorScheme}: ${fault}`;
          found.push(...(await tooWide(page, widths)).map(where));
          await page.setViewportSize(viewport);
          found.push(...(await faultsOfAccess(page)).map(where));
          const encoded = (await page.locator("main").innerText()).match(/\S*%[0-9A-F]{2}\S*/);
          if (encoded !== null) found.push(where(`${encoded[0]} is no name for people`));
          if (hasTouch) found.push(...(await page.evaluate(SMALL_TARGETS) as string[]).map(where));
          const elements = await page.locator("*").count();
          if (elements > MOST_ELEMENTS) found.push(where(`${elements} elements`));
          const rows = await page.locator("tbody tr, .events li").count();
          if (rows > MOST_ROWS) found.push(where(`${rows} rows`));
        }
        found.push(...faults);
        await closeContext(page.context());
      }
      assertEquals(found, []);
    }, { clients: NAMES, limits: MANY }),
}));

Deno.test(needing(["chromium"], {
  name: "web page: the theme follows the system until one is chosen, which is remembered",
  fn: () =>
    withPage(async ({ open }) => {
      const { page, reload } = await open("", { colorScheme: "dark" });
      const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
      const button = page.getByRole("button", { name: /^Theme/ });
      await button.waitFor();
      const dark = await ground();
      await page.emulateMedia({ colorScheme: "light" });
      const light = await ground();
      assert(dark !== light);
      await button.click();
      await button.click();
      await page.getByRole("button", { name: "Theme: dark" }).waitFor();
      assertEquals(await ground(), dark);
      await reload();
      await page.getByRole("button", { name: "Theme: dark" }).waitFor();
      assertEquals(await ground(), dark);
    }),
}));

Deno.test(needing(["chromium"], {
  name: "web page: the keyboard reaches every control, focus is visible, and survives updates",
  fn: () =>
    withPage(async ({ path, open }) => {
      await dial(path, { id: 0x1a4 });
      const { page } = await open("#/sessions");
      await page.locator("#sessions tbody tr").waitFor();
      const seen: string[] = [];
      for (let count = 0; count < 40; count++) {
        await page.keyboard.press("Tab");
        const [name, outline] = await page.evaluate(`[
          document.activeElement.id || document.activeElement.ariaLabel ||
            document.activeElement.textContent.trim(),
          getComputedStyle(document.activeElement).outlineStyle,
        ]`) as [string, string];
        assert(outline !== "none", `No outline around ${name}`);
        seen.push(name);
        if (name.startsWith("Disconnect")) break;
      }
      const all = ["Overview", "Configuration", "sessions-search", "sessions-state", "Carried"];
      for (const wanted of [...all, "Download CSV", "Copy 02:00:00:00:00:c1"]) {
        assert(seen.includes(wanted), `${wanted} is not reached: ${seen.join(", ")}`);
      }
      assert(seen.at(-1)?.startsWith("Disconnect 02:00:00:00:00:c1"), seen.join(", "));
      const answered = () => page.waitForResponse(/\/sessions\?/);
      await answered();
      await answered();
      const focused = await page.evaluate("document.activeElement.ariaLabel") as string;
      assert(focused.startsWith("Disconnect"), focused);
      // As on a desk with 200 %: the headings are shown while one of their links has the focus.
      await page.setViewportSize({ width: 640, height: 480 });
      const head = page.locator("#sessions thead");
      assertEquals((await head.boundingBox())?.width, 1);
      await head.getByRole("link", { name: "Carried" }).focus();
      assert(((await head.boundingBox())?.width ?? 0) > 500);
    }),
}));
