/** A daemon on an in-memory path with its page, and a browser: what needs no lab. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { closeContext, openBrowser, openPage, type WatchedPage } from "./chromium.ts";
import type { WorldOptions } from "./daemon.ts";
import { type TcpWorld, TOKEN, withTcpDaemon } from "./tcp_world.ts";

/** The environment of a test of the page. */
export interface PageWorld extends TcpWorld {
  browser: Browser;
  /** Address of the page. */
  address: string;
  /** Opens a view of the page, such as `#/clients`, with the token of the role "act" stored. */
  open(view?: string, options?: BrowserContextOptions): Promise<WatchedPage>;
  /** Opens a view with another token, or none. */
  openWith(
    token: string | undefined,
    view?: string,
    options?: BrowserContextOptions,
  ): Promise<WatchedPage>;
}

/** Runs `use` with a daemon, its page and a browser. */
export async function withPage(
  use: (world: PageWorld) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  await withTcpDaemon(
    async (world) => {
      await using browser = await openBrowser();
      const address = `http://127.0.0.1:${world.port}/`;
      const openWith: PageWorld["openWith"] = (token, view = "", options = {}) =>
        openPage(browser, address + view, token, options);
      const open: PageWorld["open"] = (view, options) => openWith(TOKEN, view, options);
      try {
        await use({ ...world, browser, address, openWith, open });
      } finally {
        for (const context of browser.contexts()) await closeContext(context);
      }
    },
    options.admin ?? "",
    options,
  );
}

/** Changes the answers of the daemon to one path of its API, as a state that is hard to reach. */
export async function changeAnswer(
  page: Page,
  path: string,
  // deno-lint-ignore no-explicit-any -- an answer of the API, before any schema
  change: (answer: any) => unknown,
): Promise<void> {
  await page.route(`**/api/v1/${path}`, async (route) => {
    const response = await route.fetch().catch(() => undefined);
    if (response === undefined) return await route.abort();
    const answer = await response.json();
    await route.fulfill({ response, json: change(answer) ?? answer });
  });
}
