import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { insideLab } from "../lab/lab.ts";
import { openPage } from "./chromium.ts";
import { needing } from "../needs.ts";
import { withWebWorld } from "./web_world.ts";

const ignore = !insideLab();

Deno.test(needing(["chromium"], {
  name: "web page: it asks for the token, rejects a wrong one, and keeps the right one for the tab",
  ignore,
  fn: () =>
    withWebWorld(async ({ browser, serverPage, token }) => {
      const { page, faults, reload } = await openPage(browser, serverPage);
      const dialog = page.getByRole("dialog", { name: "Token" });
      await dialog.getByLabel("Token").fill("ab".repeat(32));
      await dialog.getByRole("button", { name: "Use token" }).click();
      await dialog.getByText("rejected this token").waitFor();
      assert(await page.locator("main").isHidden());
      await dialog.getByLabel("Token").fill(token);
      await page.keyboard.press("Enter");
      await page.locator("#state", { hasText: "ready" }).waitFor();
      await reload();
      await page.locator("#state", { hasText: "ready" }).waitFor();
      assert(await dialog.isHidden());
      assert(!(await page.evaluate("JSON.stringify(localStorage)") as string).includes(token));
      assertEquals(faults, []);
    }),
}));

Deno.test(needing(["chromium"], {
  name: "T7: web page: the read-only role sees everything, but no buttons that change anything",
  ignore,
  fn: () =>
    withWebWorld(async ({ lab, browser, host }) => {
      await host.dial();
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      forward(listener, `${lab.folder}/look.read.sock`);
      const { page, faults } = await openPage(browser, `http://localhost:${listener.addr.port}/`);
      await page.locator("#state", { hasText: "ready" }).waitFor();
      await page.getByText("0x01a4").first().waitFor();
      for (const name of ["Disconnect", "Drain", "Reload configuration"]) {
        const button = page.getByRole("button", { name, includeHidden: true }).first();
        assertEquals([name, await button.count(), await button.isHidden()], [name, 1, true]);
      }
      assertEquals(faults, []);
    }, { admin: 'read_socket = "look.read.sock"\n' }),
}));

Deno.test(needing(["chromium"], {
  name: "web page: over the Unix socket, as through ssh -L, it asks for no token",
  ignore,
  fn: () =>
    withWebWorld(async ({ lab, browser }) => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      forward(listener, `${lab.folder}/server.sock`);
      const { page, faults } = await openPage(browser, `http://localhost:${listener.addr.port}/`);
      await page.locator("#state", { hasText: "ready" }).waitFor();
      await page.getByText("1 of 1 connected").first().waitFor();
      assert(await page.getByRole("dialog").isHidden());
      assertEquals(faults, []);
      await page.context().close();
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

Deno.test(needing(["chromium"], {
  name: "web page: drain refuses new sessions until it is stopped; reload shows its result",
  ignore,
  fn: () =>
    withWebWorld(async ({ lab, open, pair, host, token }) => {
      const { page, faults } = await open();
      await page.getByRole("button", { name: "Drain", exact: true }).click();
      await page.getByRole("button", { name: "Refuse new sessions" }).click();
      await page.getByText("Draining: new sessions are refused").waitFor();
      await pair.server.waitForLine(/drain/);
      await page.getByRole("button", { name: "Stop draining" }).click();
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

      await page.getByText("Configuration in use").click();
      const shown = await page.locator("#configuration-text").innerText();
      assertStringIncludes(shown, 'secret_file = "');
      const secret = (await Deno.readTextFile(`${lab.folder}/branch-1.secret`)).trim();
      for (const hidden of [secret, token]) assert(!(await page.content()).includes(hidden));
      // The refused configuration is answered with an error status.
      assertEquals(faults.filter((fault) => !fault.includes("422")), []);
    }),
}));

Deno.test(needing(["chromium"], {
  name: "web page: Drain cannot be clicked before the first status, and works right after it",
  ignore,
  fn: () =>
    withWebWorld(async ({ open }) => {
      const { page, reload, faults } = await open();
      const held = Promise.withResolvers<void>();
      await page.route("**/api/v1/status", async (route) => {
        await held.promise;
        await route.continue();
      });
      await reload();
      const drain = page.getByRole("button", { name: "Drain", exact: true });
      assert(await drain.isDisabled());
      held.resolve();
      await drain.click();
      await page.getByRole("button", { name: "Refuse new sessions" }).waitFor();
      assertEquals(faults, []);
      await page.context().close();
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
      await server.page.getByText("1 of 1 connected").first().waitFor();

      await host.dial();
      const opened = server.page.locator("#events").getByText("session opened");
      await opened.waitFor();

      // A client names its server: in the heading, in events and in the search of ended sessions.
      await client.page.getByRole("columnheader", { name: "Server", exact: true }).waitFor();
      await client.page.locator("#events").getByText(/127\.0\.0\.1:\d+, .*session 127/).waitFor();
      await client.page.getByLabel("State").selectOption("Ended");
      const searched = client.page.waitForResponse((answer) =>
        answer.url().includes("127.0.0.1%3A1")
      );
      await client.page.getByRole("searchbox").fill("127.0.0.1:1");
      assertEquals((await searched).status(), 200);

      await pair.server.stop();
      await client.page.locator("#path li.tunnel[data-state=down]").waitFor();
      await client.page.locator("#state", { hasText: "not ready" }).waitFor();
      await client.page.locator("#peers td.status", { hasText: /^down/ }).waitFor();
      await server.page.getByText("The daemon does not answer").waitFor();

      await pair.restartServer();
      await server.page.getByText("The daemon does not answer").waitFor({ state: "hidden" });
      await server.page.locator("#state", { hasText: "ready" }).waitFor();
      await client.page.locator("#path li.tunnel[data-state=up]").waitFor();
      await opened.waitFor({ state: "detached" });
      await server.page.locator("#events").getByText("tunnel up").waitFor();
      assertEquals([...client.faults, ...server.faults], []);
    }),
}));
