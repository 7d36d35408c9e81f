import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/config/config_error.ts";
import type { Finding } from "../../src/config/finding.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { ClientConfig } from "../../src/config/types.ts";
import { Monitor } from "../../src/daemon/monitor.ts";
import { type Prepared, Reloader, ReloadInProgressError } from "../../src/daemon/reload.ts";
import { CLIENT_SAMPLE } from "../../packaging/man/samples.ts";
import { withFolder } from "../cli/process.ts";

const SOURCE = `${CLIENT_SAMPLE}[limits]
sessions = 10
`;

interface Bench {
  config: ClientConfig;
  monitor: Monitor;
  write(source: string): Promise<void>;
  /** The checks find nothing, or these. */
  reloader(
    prepare: (config: ClientConfig) => Promise<Prepared>,
    ...findings: Finding[]
  ): Reloader<ClientConfig>;
}

/** Runs `use` with a configuration file and its configuration in use. */
function onBench(use: (bench: Bench) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const file = `${folder}/client.toml`;
    const write = (source: string) => Deno.writeTextFile(file, source);
    await write(SOURCE);
    const config = await loadConfig(file) as ClientConfig;
    const monitor = new Monitor("server", () => 7);
    const reloader: Bench["reloader"] = (prepare, ...findings) =>
      new Reloader(config, monitor, prepare, () => Promise.resolve(findings));
    await use({ config, monitor, write, reloader });
  });
}

const nothing: Prepared = {
  content: [],
  commit: () => Promise.resolve(),
};

Deno.test("a reload makes a new snapshot and leaves the previous one unchanged", () =>
  onBench(async ({ config, monitor, write, reloader }) => {
    const before = structuredClone(config);
    await write(SOURCE.replace("10", "20").replace("lan0", "lan1"));
    const prepared: ClientConfig[] = [];
    const reload = reloader((next) => {
      prepared.push(next);
      return Promise.resolve(nothing);
    });
    assertEquals(await reload.reload(), {
      result: "applied",
      applied: [{ key: "limits.sessions", change: "changed" }],
      needsRestart: [{ key: "interface.name", change: "changed" }],
      findings: [],
    });
    const { limits, interface: { name } } = reload.config;
    assertEquals([limits.sessions, name], [20, "lan0"]);
    assertStrictEquals(prepared[0], reload.config);
    assertEquals(config, before);
    assertThrows(() => limits.sessions = 30, TypeError);
    assertEquals(monitor.reloads, { results: { applied: 1 }, lastSuccess: 7 });
  }));

Deno.test("a file's changed content is reported as a change, once", () =>
  onBench(async ({ write, reloader }) => {
    const key = "tunnel.secret_file";
    const prepared: Prepared = { ...nothing, content: [{ key, change: "content" }] };
    const reload = reloader(() => Promise.resolve(prepared));
    assertEquals((await reload.reload()).applied, prepared.content);
    await write(SOURCE.replace("branch-1.secret", "other.secret"));
    assertEquals((await reload.reload()).applied, [{ key, change: "changed" }]);
  }));

Deno.test("a configuration that cannot be read, prepared or applied changes nothing", () =>
  onBench(async ({ config, monitor, write, reloader }) => {
    const fail = () => Promise.reject(new Error("no"));
    const failing = [
      reloader(fail),
      reloader(() => Promise.resolve({ ...nothing, commit: fail })),
    ];
    await write(SOURCE.replace("10", "20"));
    for (const reload of failing) await assertRejects(() => reload.reload(), Error, "no");
    const refusing = reloader(() => Promise.resolve(nothing));
    for (const source of ["[", SOURCE.replace("10", "0")]) {
      await write(source);
      await assertRejects(() => refusing.reload(), ConfigError);
    }
    for (const reload of [...failing, refusing]) assertStrictEquals(reload.config, config);
    assertEquals(monitor.reloads, { results: { failed: 4 }, lastSuccess: undefined });
  }));

Deno.test("a reload is refused for errors in files, with their place, and not for those that pass", () =>
  onBench(async ({ config, write, reloader }) => {
    await write(SOURCE.replace("10", "20"));
    const place = { file: config.file, line: 8, key: "tunnel.secret_file" };
    const said = { words: "Cannot use it", remedy: "run `chmod`" };
    const readable = { code: "file-not-private", severity: "error", place, ...said } as const;
    const away = { code: "interface-missing", severity: "error", ...said } as const;
    const note = { code: "offloads-on", severity: "note", ...said } as const;
    const refused = reloader(() => Promise.resolve(nothing), away, readable);
    const error = await assertRejects(() => refused.reload(), ConfigError);
    assertEquals(error.findings, [readable]);
    assertEquals(
      error.message,
      `${config.file}:8: tunnel.secret_file: Cannot use it; run \`chmod\``,
    );
    assertStrictEquals(refused.config, config);
    const accepted = reloader(() => Promise.resolve(nothing), away, note);
    const { result, findings } = await accepted.reload();
    assertEquals([result, findings], ["applied", [away]]);
  }));

Deno.test("only one reload runs at a time: another is refused, and works afterwards", () =>
  onBench(async ({ reloader }) => {
    const gate = Promise.withResolvers<Prepared>();
    const reload = reloader(() => gate.promise);
    const first = reload.reload();
    await assertRejects(() => reload.reload(), ReloadInProgressError, "reload already in progress");
    gate.resolve(nothing);
    assertEquals((await first).result, "unchanged");
    assertEquals((await reload.reload()).result, "unchanged");
  }));
