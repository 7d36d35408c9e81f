import { insideLab, Lab } from "../lab/lab.ts";
import { startTestAc } from "../lab/peers/test_ac.ts";
import { startTestClient } from "../lab/peers/test_client.ts";
import { type LabProcess, runCommand } from "../lab/process.ts";
import { ready, startDaemon } from "../lab/proxy_pair.ts";
import { namespace, settle } from "../lab/relay/ip_path.ts";
import { needing } from "../needs.ts";
import { layRecipe } from "./recipe.ts";

/** Runs a program in a box of the lab. */
function inside(box: LabProcess): (...words: string[]) => Promise<string> {
  return (...words) => runCommand("nsenter", "-t", String(box.pid), "-n", ...words);
}

/** Makes a router with the recipe's rules, and the box behind it with its default route. */
async function startRouter(lab: Lab, name: string, wan: string, lan: string): Promise<LabProcess> {
  const router = await namespace(lab, `${name}-router`);
  await settle(router, `${name}-wan`, wan);
  await settle(router, `${name}-lan`, lan);
  const run = inside(router);
  for (const side of ["wan", "lan"]) {
    await run("ip", "link", "set", `${name}-${side}`, "down");
    await run("ip", "link", "set", `${name}-${side}`, "name", side);
    await run("ip", "link", "set", side, "up");
  }
  await run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
  await run("nft", "-f", `${lab.folder}/router.nft`);
  return router;
}

Deno.test(needing(["nft"], {
  name: 'the recipe "nat" carries a session through a NAT on either side',
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    await layRecipe(lab, "nat");
    await lab.cable("home-wan", "site-wan");
    await lab.cable("home-lan", "eth1");
    await lab.cable("site-lan", "eth2");
    await startRouter(lab, "home", "203.0.113.2", "192.168.1.1");
    await startRouter(lab, "site", "203.0.113.1", "10.0.0.1");
    const [near, far] = [await namespace(lab, "near"), await namespace(lab, "far")];
    await settle(near, "lan0");
    await settle(near, "eth1", "192.168.1.2");
    await settle(far, "wan0");
    await settle(far, "eth2", "10.0.0.2");
    await lab.operational();
    await inside(near)("ip", "route", "add", "default", "via", "192.168.1.1");
    await inside(far)("ip", "route", "add", "default", "via", "10.0.0.1");
    const enter = (box: LabProcess) => (program: string, args: readonly string[]) =>
      ["nsenter", ["-t", String(box.pid), "-n", program, ...args]] as [string, string[]];
    await ready(startDaemon(lab, "server", enter(far)));
    await ready(startDaemon(lab, "client", enter(near)));
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const session = await lab.use(startTestClient("cust0")).dial();
    await session.echo(Uint8Array.of(0, 0x21, 0x45));
  },
}));
