import { assert, assertEquals, assertMatch } from "@std/assert";
import { METRICS } from "../../../src/admin/metrics/metric_table.ts";
import { describeStatus } from "../../../src/cli/remote/status.ts";
import { statusScreen } from "../../../src/cli/remote/status_screen.ts";
import { plain } from "../../../src/cli/terminal/style.ts";
import { Histogram } from "../../../src/proxy/session/histogram.ts";
import { needing } from "../../needs.ts";
import { dial, sessionFrame } from "../../proxy/dial.ts";
import { AC, WAN } from "../../proxy/path.ts";
import { withDaemon, type World } from "../daemon.ts";

const TROUBLE = 'Cannot write "/state/sessions.db": the disk is full; make room';

async function scrape({ ask }: World): Promise<string> {
  const response = await ask("/metrics");
  assertMatch(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  return await response.text();
}

/** Returns the value of a line. */
function valueOf(text: string, line: string): number {
  const found = text.split("\n").find((it) => it.startsWith(`pppoeproxy_${line} `));
  assert(found !== undefined, `No ${line} in ${text}`);
  return Number(found.split(" ").at(-1));
}

/** Produces a sample of everything that is counted. */
async function live({ path, daemon }: World): Promise<void> {
  const { monitor } = daemon;
  await dial(path, { id: 7 });
  path.ac.sendRaw(sessionFrame(WAN, AC, 7, [0, 0x21, 1, 2, 3]));
  await path.customers[0].next();
  monitor.connected("branch-1", { address: "192.0.2.1:1", transport: "tls", detail: "" });
  monitor.connected("branch-1", { address: "192.0.2.1:2", transport: "tls", detail: "" });
  monitor.rejected["not-authenticated"] = 2;
  monitor.reloaded("applied", {});
  daemon.proxy.sessions.discoveryStats.roundTrip.observe(0.02);
  daemon.proxy.sessions.drops.count("padi-rate");
}

Deno.test(needing(["promtool"], {
  name: "P1: promtool reports no problems with the metrics",
  fn: () => withDaemon({}, checkMetrics),
}));

async function checkMetrics(world: World): Promise<void> {
  await live(world);
  const child = new Deno.Command("promtool", {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(await scrape(world)));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals([success, said], [true, ""]);
}

Deno.test("metrics count the carried traffic, and a second scrape does not count it twice", () =>
  withDaemon({}, async (world) => {
    await live(world);
    const first = await scrape(world);
    assertEquals(valueOf(first, 'sessions{state="open"}'), 1);
    assertEquals(valueOf(first, 'bytes_total{stage="session",direction="down"}'), 5);
    assertEquals(valueOf(first, 'tunnel_up{client="branch-1"}'), 1);
    assertEquals(valueOf(first, "tunnel_reconnects_total"), 1);
    assertEquals(valueOf(first, 'auth_failures_total{reason="not-authenticated"}'), 2);
    assertEquals(valueOf(first, 'drops_total{reason="padi-rate"}'), 1);
    assertEquals(valueOf(first, 'discovery_packets_total{code="PADS",direction="from-wire"}'), 1);
    assertEquals(valueOf(first, 'discovery_packets_total{code="PADI",direction="to-wire"}'), 1);
    assertEquals(valueOf(first, 'tunnel_rtt_seconds_bucket{le="0.01"}'), 0);
    assertEquals(valueOf(first, 'tunnel_rtt_seconds_bucket{le="0.025"}'), 1);
    assertEquals(valueOf(first, "tunnel_rtt_seconds_sum"), 0.02);
    assertEquals(valueOf(first, "session_setup_duration_seconds_count"), 1);
    const second = await scrape(world);
    const steady = (text: string) => text.replace(/^pppoeproxy_resident.*$/m, "");
    assertEquals(steady(second), steady(first));
  }));

Deno.test("I1: the expiry of each certificate in use is a metric, and a warning in the status", () =>
  withDaemon({ certificate: { validTo: Date.UTC(2020, 1, 1) } }, async (world) => {
    const sha256 = "ab".repeat(32);
    const line = `certificate_expiry_timestamp_seconds{use="own",sha256="${sha256}"}`;
    assertEquals(valueOf(await scrape(world), line), Date.UTC(2020, 1, 1) / 1_000);
    const { certificates } = await (await world.ask("/api/v1/status")).json();
    assertEquals([certificates.length, certificates[0].use, certificates[0].sha256], [
      1,
      "own",
      sha256,
    ]);
    assertMatch(certificates[0].warning, /expired on 2020-02-01; replace it/);
  }));

Deno.test("an unwritable state_dir is a metric, and a warning in the status and its text", () =>
  withDaemon({ trouble: TROUBLE }, async (world) => {
    assertEquals(valueOf(await scrape(world), "state_failing"), 1);
    const status = await (await world.ask("/api/v1/status")).json();
    assertEquals(status.warnings, [
      `Sessions would not survive a restart: ${TROUBLE}`,
    ]);
    const screen = { width: 200, height: 24, paint: plain, now: Date.now() };
    for (const text of [describeStatus(status, screen), statusScreen(status, screen)]) {
      assertMatch(
        text.join("\n"),
        /^warning: Sessions would not survive.*the disk is full; make room/m,
      );
    }
  }));

Deno.test("the traffic of a session stays counted after it ends", () =>
  withDaemon({}, async (world) => {
    await live(world);
    await world.ask("/api/v1/sessions/branch-1.1", { method: "DELETE" }).then((it) => it.text());
    const text = await scrape(world);
    assertEquals(valueOf(text, 'bytes_total{stage="session",direction="down"}'), 5);
    assertEquals(valueOf(text, 'sessions_closed_total{reason="admin"}'), 1);
  }));

Deno.test("no label contains a MAC address, and names follow Prometheus conventions", () =>
  withDaemon({ mode: "client" }, async (world) => {
    await live(world);
    assertEquals(/(?:[0-9a-f]{2}:){5}/.test(await scrape(world)), false);
    for (const { name, type, help } of METRICS) {
      assertEquals([name, name.endsWith("_total")], [name, type === "counter"]);
      assertMatch(help, /^[A-Z].*[^.]$/);
    }
    assertEquals(new Set(METRICS.map(({ name }) => name)).size, METRICS.length);
  }));

Deno.test("docs/operations.md lists every metric with its labels and meaning", async () => {
  const file = new URL("../../../docs/operations.md", import.meta.url);
  const text = await Deno.readTextFile(file);
  for (const { name, type, labels = [], help } of METRICS) {
    const shown = labels.length === 0 ? name : `${name}{${labels.join(",")}}`;
    assert(text.includes(`| \`${shown}\` | ${type} | ${help} |`), name);
  }
});

Deno.test("a histogram's bucket includes its upper bound", () => {
  const histogram = new Histogram([1, 2]);
  for (const value of [0, 1, 1.5, 2, 3]) histogram.observe(value);
  assertEquals([[...histogram.counts], histogram.sum], [[2, 2, 1], 7.5]);
});
