import type { Browser, BrowserContextOptions } from "playwright-core";
import { freePort } from "../free_port.ts";
import { Lab } from "../lab/lab.ts";
import { startTestAc, type TestAc } from "../lab/peers/test_ac.ts";
import { startTestClient, type TestClient } from "../lab/peers/test_client.ts";
import { runCommand } from "../lab/process.ts";
import { type ProxyPair, startProxyPair } from "../lab/proxy_pair.ts";
import { pppoeProxyCommand } from "../lab/shipped.ts";
import { openBrowser, openPage, type WatchedPage } from "./chromium.ts";

/** Both daemons with their web pages, an AC, a customer and a browser. */
export interface WebWorld {
  lab: Lab;
  pair: ProxyPair;
  ac: TestAc;
  host: TestClient;
  browser: Browser;
  /** The token of the daemons' pages. */
  token: string;
  /** Addresses of the pages. */
  serverPage: string;
  clientPage: string;
  /** Opens a view of the server's page with the token stored. */
  open(view?: string, options?: BrowserContextOptions): Promise<WatchedPage>;
}

/** Names and further configuration of the world. */
export interface WebOptions {
  /** AC-Name. */
  acName?: string;
  /** Interfaces by client name, for several clients; then only the server has a page. */
  clients?: Readonly<Record<string, string>>;
  /** Further TOML for the server. */
  server?: string;
  /** Further TOML for its `[admin]` table. */
  admin?: string;
}

/** Creates a world, runs `use` with it and removes it. The AC's session ids start at 0x01a4. */
export async function withWebWorld(
  use: (world: WebWorld) => Promise<void>,
  { acName = "bras-1", clients, server = "", admin = "" }: WebOptions = {},
): Promise<void> {
  await using lab = await Lab.open();
  await lab.cables();
  for (const lan of Object.values(clients ?? {})) {
    if (lan !== "lan0") await lab.cable(lan.replace("lan", "cust"), lan);
  }
  const ac = lab.use(startTestAc({ interface: "ac0", name: acName, firstSessionId: 0x1a4 }));
  const file = `${lab.folder}/admin.token`;
  const { program, args } = pppoeProxyCommand("keygen", "token", file);
  await runCommand(program, ...args);
  const [serverPort, clientPort] = [freePort(), freePort()];
  const pair = await startProxyPair(lab, {
    ...(clients && { clients }),
    server: `${server}\n${adminTable(lab, "server", serverPort)}${admin}`,
    // Several clients would need the same port.
    ...(clients === undefined && { client: adminTable(lab, "client", clientPort) }),
  });
  const host = lab.use(startTestClient("cust0"));
  await using browser = await openBrowser();
  const token = (await Deno.readTextFile(file)).trim();
  const serverPage = `http://127.0.0.1:${serverPort}/`;
  await use({
    lab,
    pair,
    ac,
    host,
    browser,
    token,
    serverPage,
    clientPage: `http://127.0.0.1:${clientPort}/`,
    open: (view = "", options = {}) => openPage(browser, serverPage + view, token, options),
  });
}

function adminTable(lab: Lab, name: string, port: number): string {
  return `[admin]
socket = "${lab.folder}/${name}.sock"
listen = "127.0.0.1:${port}"
token_file = "admin.token"
`;
}
