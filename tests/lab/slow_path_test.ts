import { assert, assertEquals } from "@std/assert";
import { permitsCongestionControl } from "../../ffi/socket/tcp_options.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { runCommand } from "./process.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { layLongPath } from "./relay/long_path.ts";

const ignore = !insideLab();

const KEEPALIVE = '[tunnel.keepalive]\ninterval = "800ms"\ntimeout = "2500ms"\n';
/** 64 kbit/s, in front of which several seconds of data wait. */
const SLOW = { rate: 64_000, queue: 4_000 };
/** Several times what the path carries: 64 kbit in 100 ms. */
const FLOOD = { every: 100, frames: 6, length: 1_400 };

Deno.test({
  name:
    "a long path uses BBR; a full queue at 64 kbit/s does not end its tunnel, and a dead path does",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const path = await layLongPath(lab, { delay: 5, seed: 1 });
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const options = { path, client: KEEPALIVE, server: KEEPALIVE };
    const { client } = await startProxyPair(lab, options);
    const session = await lab.use(startTestClient("cust0")).dial({});
    for (const end of [path.near, path.far]) {
      const [program, args] = end("ss", ["-tinH", "state", "established"]);
      const sockets = await runCommand(program, ...args);
      assert(!permitsCongestionControl("bbr") || /\bbbr\b/.test(sockets), sockets);
    }
    await path.change(SLOW);
    const timer = setInterval(() => {
      for (let n = 0; n < FLOOD.frames; n++) session.send(new Uint8Array(FLOOD.length).fill(n));
    }, FLOOD.every);
    try {
      // The path carries 8 KB per second.
      await session.received.reach(session.received.length + 30, "frames through the slow path");
      assertEquals(client.output.entries.filter((line) => /tunnel (lost|closed)/.test(line)), []);
      await path.turn("dark");
      await client.waitForLine(/tunnel lost.*keepalive-timeout/);
    } finally {
      clearInterval(timer);
    }
  },
});
