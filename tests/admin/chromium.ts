/** A real browser: Debian's Chromium, driven by playwright-core. */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { findProgram } from "../lab/process.ts";
import { PATIENCE } from "../until.ts";

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

/** Opens a browser with an empty profile; disposal closes it. */
export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: findProgram("chromium") ?? "chromium",
    args: FLAGS,
    handleSIGTERM: false,
  });
}

/** A page that records its errors. */
export interface WatchedPage {
  readonly page: Page;
  /** Script errors, violations of the Content Security Policy and missing files. */
  readonly faults: string[];
  /** Reloads the page. */
  reload(): Promise<void>;
}

/** Opens an address; `token`, if given, is already stored in the tab. */
export async function openPage(
  browser: Browser,
  address: string,
  token?: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 960 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    // Logged for a rejected token and for an unreachable daemon.
    const expected = /status of 401|net::ERR_/;
    if (message.type() === "error" && !expected.test(message.text())) faults.push(message.text());
  });
  if (token !== undefined) {
    await page.addInitScript(
      `if (location.origin !== "null") sessionStorage.setItem("pppoe-proxy-token", "${token}")`,
    );
  }
  const load = wholeLoads(page);
  await load(async () => {
    await page.goto("about:blank"); // otherwise a second attempt would only change the fragment
    await page.goto(address);
  });
  return { page, faults, reload: () => load(() => page.reload()) };
}

/** Closes a context. Answers that a test changes may be on their way: they end without an error. */
export async function closeContext(context: BrowserContext): Promise<void> {
  for (const page of context.pages()) await page.unrouteAll({ behavior: "ignoreErrors" });
  await context.close();
}

/** Chromium aborts loads when another lab interface comes up. */
const NETWORK_CHANGED = /ERR_NETWORK_CHANGED/;
const ATTEMPTS = 10;

/** Loads a page, and retries if one of its files was aborted. */
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
