/** The recipes' texts and files: what is written is what is tested, and other programs accept it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse as parseYaml } from "yaml";
import { parseConfig } from "../../src/config/load.ts";
import { insideLab } from "../lab/namespace.ts";
import { runCommand } from "../lab/process.ts";
import { needing } from "../needs.ts";
import { ROOT, sources } from "../sources.ts";
import { RECIPES } from "./recipe.ts";

const FILES = [...sources("docs/recipes", /\/[^/]+\/[^/]+$/)].filter((path) =>
  !path.endsWith(".md")
);
const TEXTS = [...sources("docs/recipes", /\.md$/)];

function read(path: string): string {
  return Deno.readTextFileSync(ROOT + path);
}

/** A recipe's file as its text shows it: indented by four spaces. */
function indented(text: string): string {
  return text.trimEnd().split("\n").map((line) => `    ${line}`.trimEnd()).join("\n");
}

Deno.test("a recipe's text has all its files, as they are, and the index lists it", () => {
  assert(FILES.length > 40, `${FILES.length} found`);
  const missing = FILES.filter((path) => {
    const text = read(`${path.replace(/\/[^/]+$/, "")}.md`);
    return !`\n${text}`.includes(`\n${indented(read(path))}\n`);
  });
  assertEquals(missing, []);
  const index = read("docs/recipes/README.md");
  const names = TEXTS.map((path) => path.split("/").at(-1) ?? "");
  assertEquals(names.filter((name) => name !== "README.md" && !index.includes(`(${name})`)), []);
});

Deno.test("configurations in recipes are valid, and keep their state where systemd permits it", () => {
  for (const path of FILES.filter((path) => /\.toml$/.test(path) && !path.includes("/admin."))) {
    const name = path.split("/").at(-1) ?? "";
    const config = parseConfig(read(path), `/etc/pppoe-proxy/${name}`);
    const { stateDir } = config;
    const state = "/var/lib/pppoe-proxy";
    const own = name === "pppoe-proxy.toml" ? state : `${state}/${name.slice(0, -5)}`;
    assert(stateDir === undefined || stateDir === own, path);
  }
  const server = read("docs/recipes/nat/server.toml");
  const admin =
    parseConfig(server + read("docs/recipes/monitoring/admin.toml"), "/etc/x.toml").admin;
  assertEquals(admin.readTokenFile, "/etc/read.token");
});

Deno.test("scripts in recipes are executable and parse", async () => {
  for (const path of FILES.filter((path) => path.endsWith(".sh"))) {
    assertEquals((Deno.statSync(ROOT + path).mode ?? 0) & 0o111, 0o111, path);
    await runCommand("sh", "-n", ROOT + path);
  }
});

Deno.test("YAML in recipes parses; collectors use what they define", () => {
  const parsed = new Map(
    FILES.filter((path) => /\.ya?ml$/.test(path)).map((path) => [path, parseYaml(read(path))]),
  );
  assert(parsed.size >= 5);
  const { receivers, processors, exporters, service } = parsed.get(
    "docs/recipes/opentelemetry/collector.yaml",
  );
  for (const pipeline of Object.values<Record<string, string[]>>(service.pipelines)) {
    assert(pipeline.receivers.every((name) => name in receivers));
    assert(pipeline.processors.every((name) => name in processors));
    assert(pipeline.exporters.every((name) => name in exporters));
  }
});

Deno.test(needing(["promtool"], {
  name: "promtool accepts the alert rules, whose alerts fire when they should",
  async fn() {
    const rules = await runCommand("promtool", "check", "rules", `${RECIPES}/monitoring/rules.yml`);
    assert(rules.includes("SUCCESS"), rules);
    await runCommand("promtool", "test", "rules", `${RECIPES}/monitoring/rules-test.yml`);
    await runCommand(
      ...[
        "promtool",
        "check",
        "config",
        "--syntax-only",
        `${RECIPES}/monitoring/prometheus.yml`,
      ] as const,
    );
  },
}));

Deno.test("alert rules use metrics and labels that exist", () => {
  const page = read("docs/operations.md");
  const rules = read("docs/recipes/monitoring/rules.yml");
  const used = [...rules.matchAll(/pppoeproxy_(\w+)/g)].map(([, name]) => name);
  assert(used.length >= 10);
  assertEquals(used.filter((name) => !new RegExp(`\`${name}(?:\\{|\`)`).test(page)), []);
});

Deno.test(needing(["nft"], {
  name: "nft accepts the firewall rules",
  ignore: !insideLab(),
  async fn() {
    for (const path of FILES.filter((path) => path.endsWith(".nft"))) {
      await runCommand("nft", "--check", "--file", ROOT + path);
    }
  },
}));

Deno.test(needing(["pppd"], {
  name: "pppd knows the options of the peer file",
  async fn() {
    const peer = read("docs/recipes/ntt/peer").split("\n");
    // The plugin and its device need PPPoE in the kernel.
    const options = peer.filter((line) => !/^(?:plugin|dial0)\b/.test(line));
    assertEquals(peer.length - options.length, 2);
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, options.join("\n"));
    const { stdout, stderr } = await new Deno.Command("pppd", { args: ["file", file, "dryrun"] })
      .output();
    await Deno.remove(file);
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertMatch(said, /^\S*pppd: no device specified[^\n]*\n$/);
  },
}));
