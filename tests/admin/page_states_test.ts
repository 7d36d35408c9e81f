import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Download, Page } from "playwright-core";
import { dial } from "../proxy/dial.ts";
import { needing } from "../needs.ts";
import { changeAnswer, type PageWorld, withPage } from "./page_world.ts";

/** A state of the daemon that is hard to reach, as its status shows it, and what the page says. */
const STATES: {
  name: string;
  // deno-lint-ignore no-explicit-any -- an answer of the API
  change(status: any): void;
  shown: (string | RegExp)[];
}[] = [
  {
    name: "interface down",
    change(status) {
      status.ready = false;
      status.interface = { ...status.interface, up: false };
      status.problems = [problem("interface-down", "critical", 'The interface "wan0" is down')];
    },
    shown: ["not ready", "1 critical", 'The interface "wan0" is down', "What to do"],
  },
  {
    name: "certificate expiring",
    change(status) {
      const soon = new Date(Date.now() + 5.5 * 86_400_000).toISOString();
      status.certificates = [{ ...status.certificates[0], not_after: soon, warning: "ends soon" }];
      status.problems = [problem("certificate-expiring", "warning", "The certificate ends soon")];
    },
    shown: ["1 warning", "The certificate ends soon", "5 days"],
  },
  {
    name: "drain",
    change: (status) => void (status.draining = true),
    shown: [/^draining$/, "Draining: new sessions are refused. 2 sessions still open or held."],
  },
];

function problem(code: string, severity: string, words: string): object {
  const since = new Date(Date.now() - 192_000).toISOString();
  return { code, severity, subject: "x", since, words, remedy: "What to do" };
}

async function see(page: Page, texts: readonly (string | RegExp)[]): Promise<void> {
  for (const text of texts) await page.getByText(text).first().waitFor();
}

/** Shows each of the states, and none of it once it is over. */
async function showStates(page: Page): Promise<void> {
  for (const { name, change, shown } of STATES) {
    await changeAnswer(page, "status*", change);
    await see(page, shown).catch((cause) => {
      throw new Error(name, { cause });
    });
    await page.unroute("**/api/v1/status*");
    await page.getByText(shown.at(-1) as string).first().waitFor({ state: "detached" });
  }
}

/** The daemon does not answer, refuses, and answers again. */
async function loseDaemon(page: Page): Promise<void> {
  await page.route("**/api/v1/**", (route) => route.abort());
  await see(page, ["The daemon does not answer. Retrying every two seconds. Showing data from"]);
  await page.locator("#state", { hasText: "no answer" }).waitFor();
  await page.unroute("**/api/v1/**");
  const json = { title: "Forbidden", detail: 'Host "x" is unknown; add further names' };
  await page.route("**/api/v1/**", (route) => route.fulfill({ status: 403, json }));
  await see(page, ['The daemon refused: Host "x" is unknown']);
  await page.unroute("**/api/v1/**");
  await page.locator("#connection").waitFor({ state: "detached" });
}

Deno.test(needing(["chromium"], {
  name: "web page: each failure is shown where one looks first, and goes when it is over",
  fn: () =>
    withPage(async ({ path, open }) => {
      const { page, faults } = await open();
      await see(page, ["No sessions are open", "1 of 1 connected", "No frames dropped"]);
      await dial(path, { id: 0x1a4 });
      await dial(path, { id: 0x1a5, customer: 0x02_00_00_00_be_ef });
      await page.locator("#sessions tbody tr").nth(1).waitFor();
      await showStates(page);
      await loseDaemon(page);

      // A tunnel that is really lost holds its sessions: the problem names it and their end.
      await path.lose(0);
      await page.locator("#path li.tunnel[data-state=down]").waitFor();
      const item = page.locator("#problems li.critical", { hasText: "branch-1" });
      assertMatch(await item.innerText(), /2 held sessions end in/);
      const card = page.locator(".card", { hasText: "Sessions held" });
      assertMatch(await card.innerText(), /\b2\b/);
      await page.getByRole("link", { name: "Sessions held" }).click();
      await see(page, ["2 matches"]);
      assert(page.url().endsWith("#/sessions?state=held"), page.url());
      await page.getByRole("link", { name: "branch-1", exact: true }).first().click();
      await page.getByRole("heading", { name: "Client branch-1" }).waitFor();
      await see(page, ["held sessions end in", "2 sessions of"]);
      await page.goBack();
      await page.goBack();
      await item.waitFor();
      // Aborted and refused requests are logged by the browser.
      assertEquals(faults.filter((fault) => !/status of 403/.test(fault)), []);
    }),
}));

async function textOf(download: Download): Promise<string> {
  return await Deno.readTextFile(await download.path());
}

/** Copies an address and saves lists as CSV, with all rows that match. */
async function copyAndSave(page: Page): Promise<void> {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy 02:00:00:00:be:ef" }).click();
  await page.locator("#announcements", { hasText: "02:00:00:00:be:ef copied" }).waitFor();
  assertEquals(await page.evaluate("navigator.clipboard.readText()"), "02:00:00:00:be:ef");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download CSV" }).click();
  const lines = (await textOf(await saved)).trim().split("\r\n");
  assertEquals(lines[0].split(",").slice(0, 3), ["session", "client", "customer_mac"]);
  assertEquals(lines.length, 3);
}

/** Captures for a second, and checks the magic number of pcapng's first block. */
async function capture({ path }: PageWorld, page: Page): Promise<void> {
  await page.getByLabel("Seconds").fill("1");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Start" }).click();
  await dial(path, { id: 0x1a6, customer: 0x02_00_00_00_00_99 });
  const file = await (await saved).path();
  assertEquals([...(await Deno.readFile(file)).subarray(0, 4)], [0x0a, 0x0d, 0x0d, 0x0a]);
  await see(page, [/^Saved .* as capture-.*\.pcapng\.$/]);
  assert(page.url().includes("mac=02%3A00%3A00%3A00%3Abe%3Aef"), page.url());
}

/** Chooses and searches before the page draws again. */
const CHANGE_TWICE = `
  for (const [id, kind, value] of [["state", "change", "past"], ["search", "input", "gold"]]) {
    const control = document.getElementById("sessions-" + id);
    control.value = value;
    control.dispatchEvent(new Event(kind, { bubbles: true }));
  }
`;

Deno.test(needing(["chromium"], {
  name: "web page: an address is copied, lists are saved as CSV, frames as pcapng; pages turn",
  fn: () =>
    withPage(async (world) => {
      const { path, open } = world;
      await dial(path, { id: 0x1a4 });
      await dial(path, { id: 0x1a5, customer: 0x02_00_00_00_be_ef });
      const { page, faults } = await open("#/sessions");
      await page.locator("#sessions tbody tr").nth(1).waitFor();
      await copyAndSave(page);
      await page.getByRole("link", { name: "02:00:00:00:be:ef" }).click();
      await page.locator("#story").getByText(/AC/).first().waitFor();
      await page.getByRole("link", { name: "Capture" }).first().click();
      await page.goto(page.url().replace(/#.*/, "#/capture?mac=02:00:00:00:be:ef"));
      await capture(world, page);

      // 10,000 sessions: the page asks for one page, and says which.
      await changeAnswer(page, "sessions?*", (answer) => void (answer.total = 10_000));
      await page.getByRole("link", { name: "Sessions", exact: true }).click();
      await see(page, [/^1 to 3 of 10,000$/]);
      const asked = page.waitForRequest(/offset=50/);
      await page.getByRole("link", { name: "Next" }).click();
      await asked;
      assert(page.url().endsWith("page=2"), page.url());
      await see(page, ["none of 10,000"]);
      await page.evaluate(CHANGE_TWICE);
      await page.waitForURL(/state=past&search=gold/);
      assertEquals(faults, []);
    }),
}));
