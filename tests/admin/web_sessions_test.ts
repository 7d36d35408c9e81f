import { assert, assertEquals } from "@std/assert";
import { CODE_PADT } from "../../src/pppoe/constants.ts";
import { formatMac, parseMac } from "../../src/pppoe/mac.ts";
import type { Page } from "playwright-core";
import { insideLab } from "../lab/lab.ts";
import type { TestAc } from "../lab/peers/test_ac.ts";
import { type DialedSession, startTestClient } from "../lab/peers/test_client.ts";
import { needing } from "../needs.ts";
import { withWebWorld } from "./web_world.ts";

const ignore = !insideLab();

const AC_NAME = '<img src=x onerror=document.title="owned">';
const SERVICE = '"><script>document.title="owned"</script>';

Deno.test(needing(["chromium"], {
  name: "web page: sessions can be searched, sorted, opened and disconnected, whatever their names",
  ignore,
  fn: () =>
    withWebWorld(async ({ lab, ac, host, open }) => {
      const { page, faults } = await open("#/sessions");
      const rows = page.locator("#sessions tbody tr");
      await page.getByText("No sessions are open").waitFor();
      const one = await host.dial();
      await rows.filter({ hasText: formatMac(host.mac) }).waitFor();
      const other = lab.use(startTestClient("cust0", parseMac("02:00:00:00:be:ef") ?? 0));
      await other.dial({ serviceName: SERVICE });
      await rows.filter({ hasText: "02:00:00:00:be:ef" }).waitFor();
      assertEquals(await rows.count(), 2);
      await searchAndSort(page, one, formatMac(host.mac));

      // Names given by the AC and by customers are plain text.
      await rows.filter({ hasText: "<script>" }).filter({ hasText: "<img src=x" }).waitFor();
      assertEquals(await page.locator("main img, main script, dialog img").count(), 0);
      assert(!(await page.title()).includes("owned"));
      await disconnect(page, ac, one, formatMac(host.mac));
      // The view of a session that has ended is answered with an error status.
      assertEquals(faults.filter((fault) => !fault.includes("404")), []);
    }, { acName: AC_NAME }),
}));

async function searchAndSort(page: Page, one: DialedSession, mac: string): Promise<void> {
  const rows = page.locator("#sessions tbody tr");
  const count = page.locator("#sessions .aside");
  const search = page.getByRole("searchbox", { name: "Search sessions" });
  for (const text of ["BE:EF", "script", "0x01a5", "421"]) {
    await search.fill(text);
    await count.getByText("1 match").waitFor();
    assert((await rows.innerText()).includes("02:00:00:00:be:ef"), text);
    assert(page.url().includes(`search=${encodeURIComponent(text)}`), page.url());
    await search.fill("");
    await count.getByText("2 sessions").waitFor();
  }
  await search.fill("nobody");
  await page.getByText("No sessions match").waitFor();
  await search.fill("");

  await one.echo(new Uint8Array(1_000).fill(7));
  const carried = page.locator("#sessions th[data-sort=bytes]");
  const first = async (text: string) => await rows.first().filter({ hasText: text }).waitFor();
  await carried.getByRole("link").click();
  await page.locator("th[data-sort=bytes][aria-sort=descending]").waitFor();
  await first(mac);
  await carried.getByRole("link").press("Enter");
  await page.locator("th[data-sort=bytes][aria-sort=ascending]").waitFor();
  await first("02:00:00:00:be:ef");
  await page.goBack();
  await first(mac);
}

/** Opens the session's view and ends it there, after two refusals of the question. */
async function disconnect(
  page: Page,
  ac: TestAc,
  { sessionId, ended }: DialedSession,
  mac: string,
): Promise<void> {
  await page.getByRole("link", { name: mac }).click();
  await page.getByRole("heading", { name: "Session branch-1." }).waitFor();
  const button = page.getByRole("button", { name: `Disconnect ${mac}` });
  const question = page.getByRole("dialog", { name: "Disconnect this session?" });
  await button.click();
  await question.getByText(`session id ${sessionId}`).waitFor();
  await question.getByRole("button", { name: "Cancel" }).click();
  await question.waitFor({ state: "hidden" });
  await button.click();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "hidden" });
  assert(!ac.seen.entries.some(({ code }) => code === CODE_PADT));

  await button.click();
  await question.getByRole("button", { name: "Disconnect" }).click();
  await Promise.all([ended, ac.ended(sessionId)]);
  await page.getByText("This session has ended").waitFor();
  await button.waitFor({ state: "detached" });
  await page.locator("#session-events").getByText("session closed").waitFor();
  await page.getByRole("link", { name: "Earlier sessions" }).click();
  await page.locator("#sessions tbody tr").filter({ hasText: "admin" }).waitFor();
  await page.getByRole("link", { name: "Overview" }).click();
  await page.locator("#ends").getByText("admin").waitFor();
}
