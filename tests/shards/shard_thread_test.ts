import { StoryBook } from "../../src/stories/story_book.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { parseConfig } from "../../src/config/load.ts";
import type { ServerConfig } from "../../src/config/types.ts";
import { Monitor } from "../../src/daemon/monitor.ts";
import { ShardCounts } from "../../src/daemon/shard_counts.ts";
import type { ShardStart } from "../../src/shards/messages.ts";
import { ShardThread } from "../../src/shards/shard_thread.ts";
import { configOf } from "../admin/daemon.ts";
import { until } from "../until.ts";

const FAILING = new URL("failing_thread.ts", import.meta.url);
const HANGING = new URL("hanging_thread.ts", import.meta.url);
const ANSWERING = new URL("answering_thread.ts", import.meta.url);
const NONE = new URL("no_such_module.ts", import.meta.url);

function start(config: ServerConfig): ShardStart {
  return {
    config,
    files: {
      certificate: {
        pem: "",
        path: "",
        names: "",
        fingerprint: new Uint8Array(32),
        validFrom: 0,
        validTo: 0,
      },
      key: "",
      secrets: new Map(),
    },
    index: 1,
    count: 2,
    counts: ShardCounts.allocate(2),
    earlier: [],
  };
}

const host = {
  stories: new StoryBook(() => 0),
  monitor: new Monitor("server", Date.now),
  journal: {
    opened() {},
    closed() {},
    checkpoint() {},
    checkpointSome: () => true,
    close: () => Promise.resolve(),
  },
  mac: new Uint8Array(6),
  known() {},
  login: () => true,
};

Deno.test("a thread that fails ends with its error, and whatever waits for it ends too", async () => {
  const thread = new ShardThread(1, FAILING);
  await thread.start(start(configOf("/", {}) as ServerConfig), host);
  const taken = thread.take({
    number: -1,
    remote: { host: "192.0.2.1", port: 1 },
    shown: { certificate: "", key: "" },
    fingerprint: new Uint8Array(32),
  });
  const asked = thread.ask("status", undefined);
  await assertRejects(() => thread.ended, Error, "Thread of shard 1 failed: Uncaught");
  await assertRejects(() => asked, Error, "out of order");
  await assertRejects(() => taken.loggedIn, Error, "out of order");
  await thread.stop(true, 0);
});

Deno.test("a thread that does not stop in time fails", async () => {
  const thread = new ShardThread(1, FAILING);
  await thread.start(start(configOf("/", {}) as ServerConfig), host);
  await thread.stop(true, -4_990);
  await assertRejects(() => thread.ended, Error, "did not stop in time");
});

Deno.test("a thread that hangs fails, and one that answers does not", async () => {
  const config = configOf("/", {}) as ServerConfig;
  const hung = new ShardThread(1, HANGING, 50);
  await hung.start(start(config), host);
  await assertRejects(() => hung.ended, Error, "does not answer");
  const answering = new ShardThread(1, ANSWERING, 500);
  await answering.start(start(config), host);
  let asked = 0;
  // More checks than a hung thread survives, besides the questions that count them.
  const answers = until(async () => Number(await answering.ask("alive", undefined)) - ++asked > 4);
  await Promise.race([answers, answering.ended]);
  await answering.stop(true, 0);
  await answering.ended;
});

Deno.test("a thread that cannot start is an error of the start", async () => {
  const thread = new ShardThread(1, NONE);
  await assertRejects(() => thread.start(start(configOf("/", {}) as ServerConfig), host), Error);
});

Deno.test("a thread that does not find its interface says so, and stops", async () => {
  const text = `mode = "server"\nshards = 2\n[interface]\nname = "none0"\n[tunnel]
listen = "127.0.0.1:1"\ncertificate = "a"\nkey = "b"\n[[clients]]\nname = "c"\nsecret_file = "d"\n`;
  const config = parseConfig(text, "/server.toml") as ServerConfig;
  const thread = new ShardThread(1);
  await assertRejects(() => thread.start(start(config), host), Error, '"none0"');
  assertEquals(thread.index, 1);
});
