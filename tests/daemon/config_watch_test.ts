import { assertEquals, assertMatch } from "@std/assert";
import { loadConfig } from "../../src/config/load.ts";
import { ConfigWatch } from "../../src/daemon/config_watch.ts";
import { Monitor } from "../../src/daemon/monitor.ts";
import { Reloader } from "../../src/daemon/reload.ts";
import type { Holding } from "../../src/daemon/standing.ts";
import { CLIENT_SAMPLE } from "../../packaging/man/samples.ts";
import { withFolder } from "../cli/process.ts";

const SOURCE = `${CLIENT_SAMPLE}[limits]
sessions = 10
`;

/** Runs `use` with a watched configuration; `compared` counts how often its files were read. */
function watched(
  use: (bench: {
    watch: ConfigWatch;
    write: (source: string) => Promise<void>;
    touch: (name: string) => Promise<void>;
    reload: () => Promise<void>;
    said: () => string | undefined;
    compared: () => number;
  }) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    const write = (source: string) => Deno.writeTextFile(`${folder}/client.toml`, source);
    await write(SOURCE);
    for (const name of ["server.crt", "branch-1.secret"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "old");
    }
    let content: { key: string; change: "content" }[] = [];
    const reloader = new Reloader(
      await loadConfig(`${folder}/client.toml`),
      new Monitor("client", Date.now),
      () => Promise.resolve({ content, commit: () => Promise.resolve(void (content = [])) }),
      () => Promise.resolve([]),
    );
    let found: Holding | undefined;
    let compared = 0;
    const watch = new ConfigWatch({
      config: () => reloader.config,
      compare: () => (compared++, reloader.compare()),
      found: (condition) => found = condition,
    });
    try {
      await watch.look(); // the files as they were read
      await use({
        ...{ watch, write },
        async touch(name) {
          await Deno.writeTextFile(`${folder}/${name}`, "another");
          content = [{ key: "tunnel.server_certificate", change: "content" }];
        },
        async reload() {
          await reloader.reload();
          watch.reloaded();
        },
        said: () => found?.words,
        compared: () => compared,
      });
    } finally {
      watch.stop();
    }
  });
}

Deno.test("a setting that changed on disk is named until it is reloaded", () =>
  watched(async ({ watch, write, reload, said }) => {
    await write(SOURCE.replace("10", "2000"));
    await watch.look();
    assertEquals(said(), "Changed on disk and not in use: limits.sessions");
    await reload();
    await watch.look();
    assertEquals(said(), undefined);
  }));

Deno.test("a certificate that was replaced on disk is named until it is reloaded", () =>
  watched(async ({ watch, touch, reload, said }) => {
    await touch("server.crt");
    await watch.look();
    assertEquals(said(), "Changed on disk and not in use: tunnel.server_certificate");
    await reload();
    await watch.look();
    assertEquals(said(), undefined);
  }));

Deno.test("what a reload cannot apply is named as needing a restart", () =>
  watched(async ({ watch, write, reload, said }) => {
    await write(SOURCE.replace("lan0", "lan17"));
    await reload();
    await watch.look();
    assertEquals(said(), "Changed on disk, and in use only after a restart: interface.name");
    await write(SOURCE);
    await watch.look();
    assertEquals(said(), undefined, "undone");
  }));

Deno.test("an error on disk is named, with its place", () =>
  watched(async ({ watch, write, said }) => {
    await write(SOURCE.replace("sessions = 10", "sesions = 10"));
    await watch.look();
    assertMatch(
      said() ?? "",
      /^The configuration on disk has an error.*client\.toml:10: .*sesions/,
    );
  }));

Deno.test("files that do not change are not read again", () =>
  watched(async ({ watch, compared }) => {
    for (let i = 0; i < 5; i++) await watch.look();
    assertEquals(compared(), 0);
  }));

Deno.test("after a momentary shortage the files are read again", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/client.toml`, SOURCE);
    const config = await loadConfig(`${folder}/client.toml`);
    const found: unknown[] = [];
    const answers = [
      Promise.reject(new Error("EMFILE")),
      Promise.resolve({ live: [], restart: [] }),
    ];
    answers[0].catch(() => {});
    const watch = new ConfigWatch({
      config: () => config,
      compare: () => answers.shift() ?? Promise.reject(new Error("one too many")),
      found: (condition) => found.push(condition),
    });
    watch.reloaded();
    for (const said of [[], [undefined], [undefined]]) {
      await watch.look();
      assertEquals(found, said);
    }
    watch.stop();
  }));
