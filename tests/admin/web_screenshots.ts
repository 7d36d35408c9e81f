/**
 * `deno task screenshots`: takes the screenshots of the web page in docs/images, with real daemons
 * that carry real sessions in a lab.
 */
import type { BrowserContextOptions, Page } from "playwright-core";
import { parseMac } from "../../src/pppoe/mac.ts";
import { fetchDependencies } from "../lab/dependencies.ts";
import { insideLab } from "../lab/lab.ts";
import { runInNamespace } from "../lab/namespace.ts";
import type { Observed } from "../lab/peers/observed.ts";
import type { TestAc } from "../lab/peers/test_ac.ts";
import { type DialedSession, startTestClient, type TestClient } from "../lab/peers/test_client.ts";
import { openPage } from "./chromium.ts";
import { type WebWorld, withWebWorld } from "./web_world.ts";

const IMAGES = new URL("../../docs/images/", import.meta.url).pathname;
const CLIENTS = { "branch-1": "lan0", "campus-north": "lan1", "campus-south": "lan2" };
/** Time for which the pages show traffic, in milliseconds: their plots show two minutes. */
const SHOWN = 123_000;
/** Time between a client's death and the screenshots, in milliseconds. */
const AFTER_DEATH = 7_000;

const DESKTOP = { width: 1440, height: 1010 };
const SERVER: Record<string, BrowserContextOptions> = {
  "page-light": { colorScheme: "light", viewport: DESKTOP },
  "page-dark": { colorScheme: "dark", viewport: DESKTOP },
  "page-phone": { colorScheme: "light", viewport: { width: 390, height: 844 }, hasTouch: true },
};
const CLIENT: Record<string, BrowserContextOptions> = {
  "page-client": { colorScheme: "dark", viewport: { width: 1280, height: 860 } },
};

interface Customer {
  host: TestClient;
  session: DialedSession;
}

/** Dials sessions of customers on a LAN; the AC answers an echo in each. */
async function dialOn({ lab, ac }: WebWorld, lan: number, customers: number): Promise<Customer[]> {
  const dialed: Customer[] = [];
  for (let number = 1; number <= customers; number++) {
    const mac = parseMac(`02:1c:7e:0${lan}:5a:${(16 + number * 7).toString(16)}`) ?? 0;
    const host = lab.use(startTestClient(`cust${lan}`, mac));
    const session = await host.dial({ serviceName: number % 3 === 0 ? "business" : "" });
    await echo(ac, session, number);
    dialed.push({ host, session });
  }
  return dialed;
}

/** Sends an LCP echo that the AC answers (RFC 1661 section 5.8). */
async function echo(ac: TestAc, { sessionId, send }: DialedSession, id: number): Promise<void> {
  const lcp = (code: number) => Uint8Array.of(0xc0, 0x21, code, id, 0, 8, 0, 0, 0, id);
  const since = ac.seen.length;
  send(lcp(9));
  const isRequest = (frame: Observed) => frame.sessionId === sessionId && frame.payload[2] === 9;
  await ac.seen.first(isRequest, "an LCP echo request", { since });
  ac.send(sessionId, lcp(10));
}

/** Sends varying traffic, more of it down than up. */
async function carry(ac: TestAc, customers: Customer[], milliseconds: number): Promise<void> {
  const ended = performance.now() + milliseconds;
  const [up, down] = [payload(180), payload(1_380)];
  for (let turn = 0; performance.now() < ended; turn++) {
    for (const [index, { host, session }] of customers.entries()) {
      const load = 1.6 + Math.sin(turn / 190 + index * 2) + 0.6 * Math.sin(turn / 41 + index);
      for (let count = 0; count < load * 2; count++) {
        ac.send(session.sessionId, down);
        if (count % 2 === 0) session.send(up);
      }
      host.seen.entries.length = 0;
      session.received.entries.length = 0;
    }
    ac.seen.entries.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function payload(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([0, 0x21, 0x45]);
  return bytes;
}

type Views = [name: string, page: Page][];

async function openViews(
  { browser, token }: WebWorld,
  address: string,
  views: Record<string, BrowserContextOptions>,
): Promise<Views> {
  const pages = Object.entries(views).map(async ([name, options]): Promise<Views[number]> => {
    const { page } = await openPage(browser, address, token, options);
    return [name, page];
  });
  return await Promise.all(pages);
}

async function take(views: Views): Promise<void> {
  for (const [name, page] of views) await page.screenshot({ path: `${IMAGES}${name}.png` });
}

/** Shows the server with three clients, one of which has just died. */
async function takeServer(world: WebWorld): Promise<void> {
  const views = await openViews(world, world.serverPage, SERVER);
  const north = [...await dialOn(world, 0, 6), ...await dialOn(world, 1, 5)];
  const south = await dialOn(world, 2, 3);
  await carry(world.ac, [...north, ...south], SHOWN - AFTER_DEATH);
  north.pop()?.session.terminate();
  world.pair.clients.get("campus-south")?.signal("SIGKILL");
  await carry(world.ac, north, AFTER_DEATH);
  await take(views);
  const [, page] = views[0];
  await page.getByRole("link", { name: "Sessions", exact: true }).click();
  await page.getByRole("button", { name: /^Disconnect 02/ }).nth(1).click();
  await page.screenshot({ path: `${IMAGES}page-disconnect.png` });
}

async function takeClient(world: WebWorld): Promise<void> {
  const views = await openViews(world, world.clientPage, CLIENT);
  await carry(world.ac, await dialOn(world, 0, 4), SHOWN);
  await take(views);
}

/** What is shown; each in a lab of its own, at the same time. */
const SCENES: Readonly<Record<string, () => Promise<void>>> = {
  server: () => withWebWorld(takeServer, { clients: CLIENTS }),
  client: () => withWebWorld(takeClient),
};

if (import.meta.main) {
  const file = new URL(import.meta.url).pathname;
  if (insideLab()) {
    await Deno.mkdir(IMAGES, { recursive: true });
    await SCENES[Deno.args[0]]();
  } else {
    if (!await fetchDependencies([file])) Deno.exit(1);
    const codes = await Promise.all(
      Object.keys(SCENES).map((scene) =>
        runInNamespace(["run", "-A", "--cached-only", file, scene])
      ),
    );
    Deno.exit(Math.max(...codes));
  }
}
