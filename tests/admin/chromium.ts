/** A real browser: Debian's chromium, driven by playwright-core. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findProgram } from "../lab/process.ts";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser with an empty profile of its own, closed at disposal. */
export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: findProgram("chromium") ?? "chromium",
    args: FLAGS,
    handleSIGTERM: false,
  });
}

/** A page whose errors are kept. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors of scripts, violations of the Content Security Policy, files that are missing. */
  readonly faults: string[];
  /** Loads the page again. */
  reload(): Promise<void>;
}

/** Opens an address, where `token` is known already or undefined. */
export async function openPage(
  browser: Browser,
  address: string,
  token?: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 960 }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    // What a refused token and a daemon that is gone look like there.
    const expected = /status of 401|net::ERR_/;
    if (message.type() === "error" && !expected.test(message.text())) faults.push(message.text());
  });
  if (token !== undefined) {
    await page.addInitScript(`sessionStorage.setItem("pppoe-proxy-token", "${token}")`);
  }
  const load = wholeLoads(page);
  await load(() => page.goto(address));
  return { page, faults, reload: () => load(() => page.reload()) };
}

/** Interfaces of the lab that come up meanwhile make Chromium give up what it was loading. */
const NETWORK_CHANGED = /ERR_NETWORK_CHANGED/;
const ATTEMPTS = 10;

/** Loads a page, and again where a file of it was given up: the page would stand there without it. */
function wholeLoads(page: Page): (start: () => Promise<unknown>) => Promise<void> {
  let interrupted = false;
  page.on("requestfailed", (request) => {
    interrupted ||= NETWORK_CHANGED.test(request.failure()?.errorText ?? "");
  });
  return async (start) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      interrupted = false;
      await start().catch((error) => {
        if (!NETWORK_CHANGED.test(String(error))) throw error;
        interrupted = true;
      });
      if (!interrupted) return;
    }
    throw new Error(`the network changed during each of ${ATTEMPTS} loads`);
  };
}
