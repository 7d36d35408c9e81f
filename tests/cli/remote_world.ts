/** Two daemons with an AC and a customer, and the commands that ask them. */
import { assertEquals } from "@std/assert";
import { Lab } from "../lab/lab.ts";
import { startTestAc, type TestAc } from "../lab/peers/test_ac.ts";
import { startTestClient, type TestClient } from "../lab/peers/test_client.ts";
import { type PairOptions, type ProxyPair, startProxyPair } from "../lab/proxy_pair.ts";
import { type Outcome, pppoeProxy } from "./process.ts";

export interface World {
  lab: Lab;
  ac: TestAc;
  host: TestClient;
  pair: ProxyPair;
  /** Runs a command against the server daemon. */
  server(...args: string[]): Promise<Outcome>;
  /** Runs a command against the client daemon. */
  client(...args: string[]): Promise<Outcome>;
}

/** Runs `use` with both daemons, an AC named 局 and a customer. */
export async function withWorld(
  use: (world: World) => Promise<void>,
  pair: PairOptions = {},
): Promise<void> {
  await using lab = await Lab.open();
  await lab.cables();
  const ac = lab.use(startTestAc({ interface: "ac0", name: "局" }));
  const socket = (name: string): string => `${lab.folder}/${name}.sock`;
  const daemons = await startProxyPair(lab, {
    server: `${pair.server ?? ""}\n[admin]\nsocket = "${socket("server")}"`,
    client: `[admin]\nsocket = "${socket("branch-1")}"`,
  });
  const host = lab.use(startTestClient("cust0"));
  const ask = (name: string) => ([command, ...args]: string[]) =>
    pppoeProxy([command, "--socket", socket(name), ...args]);
  const [server, client] = [ask("server"), ask("branch-1")];
  await use({
    lab,
    ac,
    host,
    pair: daemons,
    server: (...args) => server(args),
    client: (...args) => client(args),
  });
}

/** The output of a command that must succeed. */
export async function output(outcome: Promise<Outcome>): Promise<string> {
  const { code, stdout, stderr } = await outcome;
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}
