import { assert, assertEquals } from "@std/assert";
import axe from "axe-core/axe.min.js" with { type: "text" };
import type { Page } from "playwright-core";
import { insideLab } from "../lab/lab.ts";
import { needing } from "../needs.ts";
import { withWebWorld } from "./web_world.ts";

const ignore = !insideLab();

/** Returns axe's violations of WCAG 2.2 AA and best practices. */
async function faultsOfAccess(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate("axe.run(document)") as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
  );
}

const SIZES = [1440, 1200, 900, 390].map((width) => ({ width, height: 860 }));

Deno.test(needing(["chromium"], {
  name: "web page: from desktop to phone, light and dark: nothing overflows, axe finds no fault",
  ignore,
  fn: () =>
    withWebWorld(async ({ host, open }) => {
      await host.dial();
      for (const viewport of SIZES) {
        for (const colorScheme of ["light", "dark"] as const) {
          const { page, faults } = await open({ viewport, colorScheme });
          await page.locator("#sessions tbody tr").waitFor();
          await page.locator("#events li").first().waitFor();
          await page.getByText("Configuration in use").click();
          const width = await page.evaluate("document.documentElement.scrollWidth");
          assertEquals(width, viewport.width);
          assertEquals(await faultsOfAccess(page), []);
          await page.getByRole("button", { name: "Drain", exact: true }).click();
          assertEquals(await faultsOfAccess(page), []);
          assertEquals(faults, []);
          await page.context().close();
        }
      }
    }),
}));

Deno.test(needing(["chromium"], {
  name: "web page: the theme follows the system until one is chosen, which is remembered",
  ignore,
  fn: () =>
    withWebWorld(async ({ open }) => {
      const { page, reload } = await open({ colorScheme: "dark" });
      const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
      const button = page.getByRole("button", { name: /^Theme/ });
      const dark = await ground();
      await page.emulateMedia({ colorScheme: "light" });
      const light = await ground();
      assert(dark !== light);
      await button.click();
      await button.click();
      assertEquals(await button.innerText(), "Theme: dark");
      assertEquals(await ground(), dark);
      await reload();
      assertEquals(await ground(), dark);
    }),
}));

Deno.test(needing(["chromium"], {
  name: "web page: the keyboard reaches every control, and focus is visible",
  ignore,
  fn: () =>
    withWebWorld(async ({ host, open }) => {
      await host.dial();
      const { page } = await open();
      await page.locator("#sessions tbody tr").waitFor();
      const seen: string[] = [];
      for (let count = 0; count < 20; count++) {
        await page.keyboard.press("Tab");
        const [name, outline] = await page.evaluate(`[
          document.activeElement.id || document.activeElement.textContent.trim(),
          getComputedStyle(document.activeElement).outlineStyle,
        ]`) as [string, string];
        assert(outline !== "none", `No outline around ${name}`);
        seen.push(name);
        if (name === "Disconnect") break;
      }
      for (const wanted of ["reload", "drain", "theme", "search-text", "search-state"]) {
        assert(seen.includes(wanted), `${wanted} is not reached: ${seen.join(", ")}`);
      }
      assertEquals(seen.at(-1), "Disconnect");
    }),
}));
