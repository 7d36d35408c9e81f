/// <reference lib="dom" />
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Download, Page } from "playwright-core";
import { blocksOf } from "../../src/capture/blocks.ts";
import { BLOCK_SECTION } from "../../src/capture/pcapng.ts";
import { dial } from "../proxy/dial.ts";
import { needing } from "../needs.ts";
import { faultsOfAccess } from "./axe.ts";
import type { WorldOptions } from "./daemon.ts";
import { FAILURES } from "./failure_states.ts";
import { changeAnswer, type PageWorld, withPage } from "./page_world.ts";

async function see(page: Page, texts: readonly (string | RegExp)[]): Promise<void> {
  for (const text of texts) await page.getByText(text).first().waitFor();
}

/** Lets the page ask the daemon now, as for another view. */
async function askAgain(page: Page): Promise<void> {
  await page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))");
}

/**
 * What says another thing than is so: a card in red without a critical problem, and a duration behind
 * words that it does not belong to, as in "(tunnels still work) for 24d" or of what is still to come.
 */
const MISLEADING = `[
  ...(document.querySelector("#problems .critical") ? [] : document.querySelectorAll(".card.bad")),
  ...[...document.querySelectorAll("#problems .words")]
    .filter(({ textContent }) => /\\bfor \\d+[smhd]\\b/.test(textContent)),
  ...[...document.querySelectorAll("#problems li")]
    .filter(({ textContent }) => /expires on.*for \\d/.test(textContent)),
].map(({ textContent }) => textContent)`;

/** Makes each failure, which the page shows without a fault of access, and none once it is over. */
async function showFailures(world: PageWorld, page: Page, options: WorldOptions): Promise<void> {
  for (const state of FAILURES) {
    const { name, shown } = state;
    await state.begin(world, options);
    await askAgain(page);
    await see(page, shown).catch((cause) => {
      throw new Error(name, { cause });
    });
    assertEquals(await faultsOfAccess(page), [], name);
    assertEquals(await page.evaluate(MISLEADING), [], name);
    if (state.end === undefined) continue;
    await state.end(world, options);
    await askAgain(page);
    await page.getByText(shown.at(-1) as string).first().waitFor({ state: "detached" });
  }
  await page.emulateMedia({ colorScheme: "dark" });
  assertEquals(await faultsOfAccess(page), [], "all that stay, dark");
}

/** The daemon cannot be reached, refuses, and answers again. */
async function loseDaemon(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await see(page, [
    "The daemon does not answer. Retrying every two seconds. Showing data from",
    /pppoe-proxy status on its machine says why/,
  ]);
  await page.locator("#state", { hasText: "no answer" }).waitFor();
  assertEquals(await faultsOfAccess(page), [], "no answer");
  await page.context().setOffline(false);
  // The daemon itself refuses a name that it does not know.
  await page.route("**/api/v1/**", async (route) => {
    const headers = { ...route.request().headers(), host: "x.example" };
    await route.fulfill({ response: await route.fetch({ headers }) });
  });
  await see(page, ['The daemon refused: Host "x.example" is unknown']);
  await page.locator("#state", { hasText: "refused" }).waitFor();
  assertEquals(await faultsOfAccess(page), [], "refused");
  await page.unroute("**/api/v1/**");
  await page.locator("#connection").waitFor({ state: "detached" });
}

/** The words of a problem, a drop and an event say what they mean. */
async function explain({ path }: PageWorld, page: Page): Promise<void> {
  path.server.proxy.sessions.drops.count("session-limit");
  await askAgain(page);
  const dialog = page.getByRole("dialog");
  for (
    const [place, word, meaning] of [
      ["#problems", "tunnel-down", "There is no tunnel to the server"],
      ["#drops", "session-limit", "Raise [limits] sessions"],
      ["#latest", "keepalive-timeout", "What to do"],
    ]
  ) {
    await page.locator(place).getByRole("button", { name: word }).click();
    await dialog.getByRole("heading", { name: word }).waitFor();
    await dialog.getByText(meaning).waitFor();
    assertEquals(await faultsOfAccess(page), [], word);
    await page.keyboard.press("Escape");
  }
}

/** The sessions of a lost tunnel, from the overview to the page of their client and back. */
async function followHeld(page: Page): Promise<void> {
  const item = page.locator("#problems li.critical", { hasText: "branch-1" });
  assertMatch(await item.innerText(), /2 held sessions end in/);
  const card = page.locator(".card", { hasText: "Sessions held" });
  assertMatch(await card.innerText(), /\b2\b/);
  await page.locator("#path li.tunnel[data-state=down]").waitFor();
  await page.getByRole("link", { name: "Sessions held" }).click();
  await see(page, ["2 matches"]);
  assert(page.url().endsWith("#/sessions?state=held"), page.url());
  await page.getByRole("link", { name: "branch-1", exact: true }).first().click();
  await page.getByRole("heading", { name: "Client branch-1" }).waitFor();
  await see(page, ["held sessions end in", "2 sessions of", "nothing arrived for"]);
  await page.goBack();
  await page.goBack();
  await item.waitFor();
}

const options: WorldOptions = {};

Deno.test(needing(["chromium"], {
  name: "web page: each failure is shown where one looks first, and goes when it is over",
  fn: () =>
    withPage(async (world) => {
      const { path, open } = world;
      const { page, faults } = await open("", { colorScheme: "light" });
      await see(page, ["No sessions are open", "1 of 1 connected", "No frames dropped"]);
      assertEquals(await page.locator("#problems, #problem-count").count(), 0);
      await dial(path, { id: 0x1a4 });
      await dial(path, { id: 0x1a5, customer: 0x02_00_00_00_be_ef });
      await page.locator("#sessions tbody tr").nth(1).waitFor();
      await loseDaemon(page);
      await showFailures(world, page, options);
      await explain(world, page);
      await followHeld(page);
      // Refused requests are logged by the browser.
      assertEquals(faults.filter((fault) => !/status of 403/.test(fault)), []);
    }, options),
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

/** The types of a capture's blocks, all of which are whole. */
async function blocksIn(file: string): Promise<number[]> {
  return [...blocksOf(await Deno.readFile(file))].map(({ type }) => type);
}

/** An endless capture, whose blocks do not end where its chunks do: 100,000 bytes each, in 64 KiB. */
const ENDLESS = `(() => {
  const block = new DataView(new ArrayBuffer(100_000));
  block.setUint32(0, 6, true);
  block.setUint32(4, block.byteLength, true);
  const twice = new Uint8Array(2 * block.byteLength);
  for (const at of [0, block.byteLength]) twice.set(new Uint8Array(block.buffer), at);
  const real = fetch;
  globalThis.fetch = (address, init) => {
    if (!String(address).includes("capture?")) return real(address, init);
    let at = 0;
    return Promise.resolve(new Response(new ReadableStream({
      pull(stream) {
        stream.enqueue(twice.slice(at, at + 65_536));
        at = (at + 65_536) % block.byteLength;
      },
    })));
  };
})()`;

/** A capture that grows beyond what the page collects is saved up to its last whole block. */
async function captureTooMuch(page: Page): Promise<void> {
  await page.evaluate(ENDLESS);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Start" }).click();
  const blocks = await blocksIn(await (await saved).path());
  assertEquals(blocks.length, Math.floor(64 * 1024 * 1024 / 100_000));
  await see(page, [/^Stopped at 64\.0 MiB, the most that the page collects\. Saved 64\.0 MiB as /]);
}

/** Captures for a second, and checks the blocks of the file. */
async function capture({ path }: PageWorld, page: Page): Promise<void> {
  await page.getByLabel("Seconds").fill("1");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Start" }).click();
  await dial(path, { id: 0x1a6, customer: 0x02_00_00_00_00_99 });
  const file = await (await saved).path();
  assertEquals((await blocksIn(file))[0], BLOCK_SECTION);
  await see(page, [/^Saved .* as capture-.*\.pcapng\.$/]);
  await captureTooMuch(page);
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
