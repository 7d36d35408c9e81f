import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { insideLab } from "../lab/lab.ts";
import { needing } from "../needs.ts";
import { openPage } from "./chromium.ts";
import { withWebWorld } from "./web_world.ts";

const ignore = !insideLab();

Deno.test(needing(["chromium"], {
  name: "web page: drain refuses new sessions until it is stopped; reload shows its result",
  ignore,
  fn: () =>
    withWebWorld(async ({ lab, open, pair, host, token }) => {
      const { page, faults } = await open();
      await page.getByRole("link", { name: "Configuration" }).click();
      await page.getByRole("button", { name: "Drain", exact: true }).click();
      await page.getByRole("button", { name: "Refuse new sessions" }).click();
      await page.getByText("Draining: new sessions are refused").waitFor();
      await pair.server.waitForLine(/drain/);
      await page.getByRole("button", { name: "Stop draining" }).first().click();
      await page.getByRole("button", { name: "Accept new sessions" }).click();
      await page.locator("#state", { hasText: /^ready$/ }).waitFor();
      await host.dial();

      const result = page.getByRole("dialog");
      await page.getByRole("button", { name: "Reload configuration" }).click();
      await result.getByText("No changes").waitFor();
      await result.getByRole("button", { name: "Close" }).click();
      const file = `${lab.folder}/server.toml`;
      const good = await Deno.readTextFile(file);
      await Deno.writeTextFile(file, `${good}\n[limits]\nsessions = 321\n`);
      await page.getByRole("button", { name: "Reload configuration" }).click();
      await result.getByText("Configuration reloaded").waitFor();
      await result.getByText("limits.sessions").waitFor();
      await result.getByRole("button", { name: "Close" }).click();
      await Deno.writeTextFile(file, `${good}\n[limits]\nsesions = 321\n`);
      await page.getByRole("button", { name: "Reload configuration" }).click();
      await result.getByText("Configuration not reloaded").waitFor();
      await result.getByText("sesions").first().waitFor();
      await result.getByRole("button", { name: "Close" }).click();

      await page.getByLabel("Log level").selectOption("debug");
      await pair.server.waitForLine(/PATCH/);
      const shown = await page.locator("#configuration-text").innerText();
      assertStringIncludes(shown, 'secret_file = "');
      const secret = (await Deno.readTextFile(`${lab.folder}/branch-1.secret`)).trim();
      for (const hidden of [secret, token]) assert(!(await page.content()).includes(hidden));
      // The refused configuration is answered with an error status.
      assertEquals(faults.filter((fault) => !fault.includes("422")), []);
    }),
}));

Deno.test(needing(["chromium"], {
  name: "web page: it shows a lost tunnel, and a daemon that stops and returns",
  ignore,
  fn: () =>
    withWebWorld(async ({ browser, clientPage, token, open, pair, host }) => {
      const client = await openPage(browser, clientPage, token);
      const server = await open();
      await client.page.locator("#path li.tunnel[data-state=up]").waitFor();
      await server.page.locator("#path").getByText("connected").waitFor();

      await host.dial();
      const opened = server.page.locator("#latest").getByText("session opened");
      await opened.waitFor();

      // A client names its server: in headings, in events and in the search of ended sessions.
      await client.page.getByRole("columnheader", { name: "Server", exact: true }).first()
        .waitFor();
      await client.page.locator("#latest").getByText(/127\.0\.0\.1:\d+/).first().waitFor();
      await client.page.getByRole("link", { name: "Sessions", exact: true }).click();
      await client.page.getByLabel("State").selectOption("Ended");
      const searched = client.page.waitForResponse((answer) =>
        answer.url().includes("server=127.0.0.1%3A1")
      );
      await client.page.getByRole("searchbox").fill("127.0.0.1:1");
      assertEquals((await searched).status(), 200);
      await client.page.getByRole("link", { name: "Servers", exact: true }).click();

      await pair.server.stop();
      await client.page.locator("#state", { hasText: "not ready" }).waitFor();
      await client.page.locator("#clients-table .status", { hasText: /^down/ }).waitFor();
      await client.page.getByRole("link", { name: "Overview" }).click();
      await client.page.locator("#path li.tunnel[data-state=down]").waitFor();
      await server.page.getByText("The daemon does not answer").waitFor();

      await pair.restartServer();
      await server.page.getByText("The daemon does not answer").waitFor({ state: "hidden" });
      await server.page.locator("#state", { hasText: "ready" }).waitFor();
      await client.page.locator("#path li.tunnel[data-state=up]").waitFor();
      await opened.waitFor({ state: "detached" });
      await server.page.locator("#latest").getByText("tunnel up").waitFor();
      assertEquals([...client.faults, ...server.faults], []);
    }),
}));
