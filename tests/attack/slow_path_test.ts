import { assert, assertLessOrEqual } from "@std/assert";
import { Status } from "../../src/admin/api/response_schema.ts";
import { AdminClient } from "../../src/cli/remote/admin_client.ts";
import { insideLab, Lab } from "../lab/lab.ts";
import { startProxyPair } from "../lab/proxy_pair.ts";
import { laySlowCable } from "../lab/relay/slow_cable.ts";
import { needing } from "../needs.ts";
import { startScript } from "./field.ts";
import { floodLcp } from "./neighbours.ts";
import type { Noticed } from "./probe.ts";

const DURATION = 4_000;

Deno.test(needing(["tc"], {
  name: "C2: 20,000 LCP packets per second through 5 Mbit/s cost another customer few frames",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const path = await laySlowCable(lab, 5);
    await startProxyPair(lab, { path });
    await startScript(lab, "ac", ["ac0"]).waitForLine(/serving/);
    const probe = startScript(lab, "probe", ["cust0", "ac0"]);
    await probe.waitForLine(/dialled/);
    await probe.say("start");
    await floodLcp("cust0", 20_000, DURATION);
    const since = probe.output.length;
    await probe.say("stop");
    const line = await probe.waitForLine(/^\{/, { since });
    const noticed = JSON.parse(line) as Noticed;
    using admin = new AdminClient(`${lab.folder}/branch-1.sock`);
    const { drops } = await admin.json({ path: "/api/v1/status" }, Status);
    const told = JSON.stringify({ noticed, drops });
    assert((drops["control-excess"] ?? 0) > 500, told);
    // The flood starts before the tunnel's congestion is detected, and a loaded machine adds to it;
    // without shares all frames are lost.
    assertLessOrEqual(noticed.lost, noticed.sent / 2, told);
  },
}));
