/** What the tests of failures do to the path between two daemons. */
import type { Lab } from "../lab.ts";
import { startTestAc } from "../peers/test_ac.ts";
import { startTestClient } from "../peers/test_client.ts";
import { ready, startDaemon, startProxyPair } from "../proxy_pair.ts";
import { layLongPath } from "../relay/long_path.ts";
import { edit } from "../reload.ts";
import { Observer } from "./observer.ts";

/** A fraction of what the customer sends, behind a queue of a second. */
const SLOW = { rate: 400_000, queue: 1_000 };

/** Starts a pair whose path becomes full, lossy and narrow while a customer sends. */
export async function seesPathTroubles(lab: Lab): Promise<void> {
  await lab.cables();
  const path = await layLongPath(lab, { delay: 5, seed: 1 });
  lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
  const keepalive = '[tunnel.keepalive]\ninterval = "400ms"\ntimeout = "4s"\n';
  const options = { path, keep: true, client: keepalive, server: keepalive };
  const pair = await startProxyPair(lab, { ...options, transport: "quic" });
  let { client } = pair;
  const observer = new Observer(lab, () => ({ client, server: pair.server }));
  const session = await lab.use(startTestClient("cust0")).dial();
  const full = new Uint8Array(1_400);
  const timer = setInterval(() => {
    for (let n = 0; n < 6; n++) session.send(full); // which the AC returns
  }, 100);
  lab.use({ [Symbol.asyncDispose]: () => Promise.resolve(clearInterval(timer)) });
  await session.received.reach(session.received.length + 30, "frames through the clear path");
  await path.change({ there: SLOW });
  await observer.sees("The path carries less than the client sends over QUIC");
  await path.change({ there: { rate: 100_000_000, queue: 1_000 } });
  for (const daemon of [client, pair.server]) daemon.signal("SIGTERM"); // they keep the session
  await client.status;
  for (const name of ["branch-1", "server"]) {
    await edit(lab, `${name}.toml`, 'transport = "quic"', 'transport = "tls"');
  }
  await pair.restartServer();
  client = startDaemon(lab, "branch-1", path.near);
  await ready(client);
  await session.received.reach(session.received.length + 120, "frames over TLS");
  await path.change({ there: SLOW });
  await observer.sees("The path carries less than the client sends");
  await path.change({ there: { rate: 100_000_000, queue: 1_000 }, loss: 0.2 });
  await observer.sees("The path loses packets");
  await path.change({ loss: 0, there: { largest: 1_000 } });
  await observer.sees("Full packets do not pass the path");
}
