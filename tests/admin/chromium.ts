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
  await load(page, address);
  return { page, faults };
}

/** Interfaces of the lab that come up meanwhile make Chromium give up what it was loading. */
const NETWORK_CHANGED = /ERR_NETWORK_CHANGED/;
const ATTEMPTS = 10;

async function load(page: Page, address: string): Promise<void> {
  let interrupted = false;
  page.on("requestfailed", (request) => {
    interrupted ||= NETWORK_CHANGED.test(request.failure()?.errorText ?? "");
  });
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    interrupted = false;
    await page.goto(address).catch((error) => {
      if (!NETWORK_CHANGED.test(String(error))) throw error;
      interrupted = true;
    });
    if (!interrupted) return;
  }
}
