import { assert, assertEquals } from "@std/assert";
import { CODE_PADT } from "../../src/pppoe/constants.ts";
import { formatMac, parseMac } from "../../src/pppoe/mac.ts";
import { insideLab } from "../lab/lab.ts";
import { startTestClient } from "../lab/peers/test_client.ts";
import { needing } from "../needs.ts";
import { withWebWorld } from "./web_world.ts";

const ignore = !insideLab();

Deno.test(needing(["chromium"], {
  name: "web page: sessions appear when customers dial, and can be searched and sorted",
  ignore,
  fn: () =>
    withWebWorld(async ({ lab, host, open }) => {
      const { page, faults } = await open();
      const rows = page.locator("#sessions tbody tr");
      await page.getByText("No sessions are open").waitFor();

      const one = await host.dial();
      await rows.filter({ hasText: formatMac(host.mac) }).waitFor();
      await page.locator("#events").getByText("session opened").waitFor();
      await page.locator("#path").getByText("1 session").waitFor();

      const mac = parseMac("02:00:00:00:be:ef") ?? 0;
      const other = lab.use(startTestClient("cust0", mac));
      await other.dial({ serviceName: "gold" });
      await rows.filter({ hasText: "02:00:00:00:be:ef" }).waitFor();
      assertEquals(await rows.count(), 2);

      const search = page.getByRole("searchbox", { name: "Search sessions" });
      for (const text of ["BE:EF", "gold", "0x01a5", "421"]) {
        await search.fill(text);
        await page.locator("#sessions-count", { hasText: "1 match" }).waitFor();
        assert((await rows.innerText()).includes("02:00:00:00:be:ef"), text);
        await search.fill("");
        await page.locator("#sessions-count", { hasText: /^2$/ }).waitFor();
      }
      await search.fill("nobody");
      await page.getByText("No sessions match").waitFor();
      await search.fill("");

      await one.echo(new Uint8Array(1_000).fill(7));
      const carried = page.locator("#sessions th[data-sort=bytes]");
      const first = async (text: string) => await rows.first().filter({ hasText: text }).waitFor();
      await carried.getByRole("button").click();
      assertEquals(await carried.getAttribute("aria-sort"), "descending");
      await first(formatMac(host.mac));
      await carried.getByRole("button").press("Enter");
      assertEquals(await carried.getAttribute("aria-sort"), "ascending");
      await first("02:00:00:00:be:ef");
      assertEquals(faults, []);
    }),
}));

Deno.test(needing(["chromium"], {
  name: "web page: Disconnect asks for confirmation, then the AC and the customer get a PADT",
  ignore,
  fn: () =>
    withWebWorld(async ({ ac, host, open }) => {
      const { page, faults } = await open();
      const { sessionId, ended } = await host.dial();
      const button = page.getByRole("button", { name: `Disconnect ${formatMac(host.mac)}` });
      const question = page.getByRole("dialog", { name: "Disconnect this session?" });

      await button.click();
      await question.getByText(`session id 0x0${sessionId.toString(16)}`).waitFor();
      await question.getByRole("button", { name: "Cancel" }).click();
      await question.waitFor({ state: "hidden" });
      await button.click();
      await page.keyboard.press("Escape");
      await question.waitFor({ state: "hidden" });
      assert(!ac.seen.entries.some(({ code }) => code === CODE_PADT));

      await button.click();
      await question.getByRole("button", { name: "Disconnect" }).click();
      await Promise.all([ended, ac.ended(sessionId)]);
      await button.waitFor({ state: "detached" });
      await page.locator("#events").getByText("session closed").waitFor();
      await page.locator("#events").getByText("session opened").waitFor();
      await page.locator("#ends").getByText("admin").waitFor();
      await page.getByLabel("State").selectOption("Ended");
      await page.locator("#past tbody tr").filter({ hasText: "admin" }).waitFor();
      assertEquals(faults, []);
    }),
}));

Deno.test(needing(["chromium"], {
  name: "web page: names given by the AC and by customers are shown as plain text",
  ignore,
  fn: () =>
    withWebWorld(async ({ host, open }) => {
      const { page, faults } = await open();
      await host.dial({ serviceName: '"><script>document.title="owned"</script>' });
      const row = page.locator("#sessions tbody tr");
      await row.filter({ hasText: "<img src=x onerror=" }).waitFor();
      await row.filter({ hasText: "<script>" }).waitFor();
      await page.getByRole("button", { name: "Disconnect" }).click();
      await page.getByRole("dialog").getByText("<img src=x").waitFor();
      assertEquals(await page.locator("main img, main script, dialog img").count(), 0);
      assert(!(await page.title()).includes("owned"));
      assertEquals(faults, []);
    }, { acName: '<img src=x onerror=document.title="owned">' }),
}));
