import { assert, assertEquals } from "@std/assert";
import dashboard from "../../packaging/grafana/pppoe-proxy.json" with { type: "json" };
import { METRICS } from "../../src/admin/metrics/metric_table.ts";
import { withFolder } from "../cli/process.ts";
import { runCommand } from "../lab/process.ts";
import { needing } from "../needs.ts";
import { withDaemon } from "./daemon.ts";

interface Query {
  panel: string;
  expr: string;
}

const queries: Query[] = dashboard.panels.flatMap(({ title, ...panel }) =>
  ("targets" in panel ? panel.targets ?? [] : []).map(({ expr }) => ({ panel: title, expr }))
);

Deno.test("dashboard: every metric it queries is served, and every served metric is shown", () =>
  withDaemon({}, async ({ ask }) => {
    const text = await (await ask("/metrics")).text();
    const served = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map((match) => match[1]));
    const used = queries.flatMap(({ expr }) => expr.match(/pppoeproxy_\w+/g) ?? []);
    const plain = new Set(used.map((name) => name.replace(/_bucket$/, "")));
    assert(plain.size > 0);
    assertEquals([...plain].filter((name) => !served.has(name)), []);
    assertEquals([...served].filter((name) => !plain.has(name)), []);
  }));

Deno.test("dashboard: queries use only labels that their metrics have", () => {
  const labels = new Map(METRICS.map(({ name, labels }) => [name, labels ?? []]));
  for (const { panel, expr } of queries) {
    const name = /pppoeproxy_(\w+)/.exec(expr)?.[1].replace(/_bucket$/, "") ?? "";
    const known = [...labels.get(name) ?? [], "instance", "le"];
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list.split(", "));
    const chosen = [...expr.matchAll(/[{,] ?(\w+)=/g)].map((match) => match[1]);
    assertEquals([...grouped, ...chosen].filter((label) => !known.includes(label)), [], panel);
  }
});

Deno.test("dashboard: panel ids are unique and panels do not overlap", () => {
  const ids = dashboard.panels.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + index % w} ${y + Math.floor(index / w)}`)
  );
  assertEquals(new Set(cells).size, cells.length);
});

Deno.test(needing(["promtool"], {
  name: "dashboard: promtool accepts every query",
  fn: () =>
    withFolder(async (folder) => {
      const rules = queries.map(({ expr }, index) => ({
        record: `panel:query:${index}`,
        expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*"),
      }));
      const file = `${folder}/rules.json`;
      await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
      const said = await runCommand("promtool", "check", "rules", file);
      assert(said.includes(`SUCCESS: ${queries.length} rules found`), said);
    }),
}));
