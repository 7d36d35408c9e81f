import { assert, assertEquals } from "@std/assert";
import { pppoeProxy } from "../cli/process.ts";
import { dial } from "../proxy/dial.ts";
import { needing } from "../needs.ts";
import { until } from "../until.ts";
import { openPage } from "./chromium.ts";
import { withPage } from "./page_world.ts";
import { READ_TOKEN, TOKEN } from "./tcp_world.ts";

Deno.test(needing(["chromium"], {
  name:
    "web page: a wrong token is rejected; the right one is kept for the tab, or if wanted longer",
  fn: () =>
    withPage(async ({ browser, address, openWith }) => {
      const { page, faults, reload } = await openWith(undefined);
      const dialog = page.getByRole("dialog", { name: "Token" });
      await dialog.getByLabel("Token", { exact: true }).fill("ab".repeat(32));
      await dialog.getByRole("button", { name: "Use token" }).click();
      await dialog.getByText("rejected this token").waitFor();
      assertEquals(await page.locator("main section").count(), 0);
      await dialog.getByLabel("Token", { exact: true }).fill(TOKEN);
      await page.keyboard.press("Enter");
      const ready = page.locator("#state", { hasText: "ready" });
      await ready.waitFor();
      await reload();
      await ready.waitFor();
      assert(await dialog.isHidden());
      const stored = () => page.evaluate("JSON.stringify(localStorage)") as Promise<string>;
      assert(!(await stored()).includes(TOKEN));
      assertEquals(faults, []);

      await page.evaluate("sessionStorage.clear()");
      await reload();
      await dialog.getByLabel("Token", { exact: true }).fill(TOKEN);
      await dialog.getByLabel("Remember it in this browser").check();
      await page.keyboard.press("Enter");
      await ready.waitFor();
      assert((await stored()).includes(TOKEN));
      const tab = await page.context().newPage();
      await tab.goto(`${address}#/configuration`);
      await tab.getByText("in this browser's local storage").waitFor();
      await tab.getByRole("button", { name: "Forget the token" }).click();
      await tab.getByRole("dialog", { name: "Token" }).waitFor();
      // A tab learns a moment later what another one has changed.
      await until(async () => !(await stored()).includes(TOKEN));
      await browser.contexts()[0].close();
    }),
}));

Deno.test(needing(["chromium"], {
  name: "T7: web page: the read-only role sees everything, but no buttons that change anything",
  fn: () =>
    withPage(async ({ path, openWith }) => {
      await dial(path, { id: 0x1a4 });
      const { page, faults } = await openWith(READ_TOKEN, "#/sessions");
      await page.getByText("420", { exact: true }).first().waitFor();
      const button = page.getByRole("button", { name: /^Disconnect/, includeHidden: true });
      assertEquals([await button.count(), await button.isHidden()], [1, true]);
      for (const view of ["Configuration", "Capture"]) {
        await page.getByRole("link", { name: view }).click();
        await page.getByText("Read-only access").waitFor();
      }
      for (const name of ["Drain", "Reload configuration", "Start"]) {
        assertEquals(await page.getByRole("button", { name, exact: true }).count(), 0, name);
      }
      assertEquals(await page.getByLabel("Log level").count(), 0);
      assertEquals(faults, []);
    }),
}));

Deno.test(needing(["chromium"], {
  name: "web page: over the Unix socket, as through ssh -L, it asks for no token",
  fn: () =>
    withPage(async ({ browser, socket }) => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      forward(listener, socket);
      const { page, faults } = await openPage(browser, `http://localhost:${listener.addr.port}/`);
      await page.locator("#state", { hasText: "ready" }).waitFor();
      await page.getByText("1 of 1 connected").first().waitFor();
      assert(await page.getByRole("dialog").isHidden());
      assertEquals(faults, []);
      await page.context().close();
    }),
}));

Deno.test(needing(["chromium"], {
  name: "web page: a link opens it once, without a token, and leaves no code in the address",
  fn: () =>
    withPage(async ({ folder, openWith }) => {
      const { stdout } = await pppoeProxy(["web", "--json", "-s", `${folder}/daemon.sock`]);
      const view = `#code=${JSON.parse(stdout).code}`;
      const { page, faults, reload } = await openWith(undefined, view);
      await page.locator("#state", { hasText: "ready" }).waitFor();
      assert(page.url().endsWith("/#/overview"), page.url());
      await reload();
      await page.locator("#state", { hasText: "ready" }).waitFor();
      await page.getByRole("link", { name: "Configuration" }).click();
      await page.getByText("Read-only access").waitFor();
      await page.getByText("from the link, in this tab").waitFor();
      assertEquals(faults, []);
      // A restarted daemon does not know the token.
      await page.evaluate(`sessionStorage.setItem("pppoe-proxy-token", "${"ab".repeat(32)}")`);
      const ended = page.getByRole("dialog", { name: "Token" });
      await ended.getByText("The access by link has ended").waitFor();
      assert(await ended.getByText("rejected this token").isHidden());
      await ended.getByLabel("Token", { exact: true }).fill(TOKEN);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Drain" }).waitFor();
      const again = await openWith(undefined, view);
      const dialog = again.page.getByRole("dialog", { name: "Token" });
      await dialog.getByText("This link was used already or has expired").waitFor();
    }),
}));

/** Forwards connections to a Unix socket. */
async function forward(listener: Deno.TcpListener, path: string): Promise<void> {
  for await (const near of listener) {
    const far = await Deno.connect({ transport: "unix", path });
    near.readable.pipeTo(far.writable).catch(() => {});
    far.readable.pipeTo(near.writable).catch(() => {});
  }
}
