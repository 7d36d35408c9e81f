import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tickStep } from "../../bench/page/chart.ts";
import { comparableSamples, compareWithBaseline } from "../../bench/page/baseline.ts";
import { FIGURES } from "../../bench/page/figure_list.ts";
import { htmlPage } from "../../bench/page/html.ts";
import { type PageResult, PATH_NAMES, type PathRounds } from "../../bench/page/page_result.ts";
import { textPage } from "../../bench/page/terminal.ts";
import { showSpread, showVerdict, spreadOf, whyMissing } from "../../bench/page/wording.ts";
import { histogramOf } from "../../bench/latency_histogram.ts";
import { openBrowser } from "../admin/chromium.ts";
import { needing } from "../needs.ts";

const ROUNDS = 6;

/** A path whose figures are `level` in the first round and grow by 1 % from round to round. */
function path(level: number): PathRounds {
  const samples = Array.from({ length: ROUNDS }, (_, round) => level * (1 + round / 100));
  const names = Object.keys(FIGURES);
  return {
    about: "a path",
    samples: Object.fromEntries(names.map((name) => [name, samples])),
    latency: histogramOf([50, 60, 70, 900]),
  };
}

function result(level: number): PageResult {
  const skipped = { about: "", samples: {}, latency: histogramOf([]), skipped: "<not> installed" };
  return {
    machine: { cpu: "a <CPU>", cores: 2, kernel: "6.18", deno: "2.9.6" },
    rounds: ROUNDS,
    seconds: 120,
    otherWork: [0, 0.5],
    paths: {
      "pppoe-proxy": path(level),
      "kernel bridge": path(200),
      "OpenVPN": skipped,
      "plain forwarder": path(100),
    },
  };
}

function comparison(level: number) {
  const { machine, rounds } = result(100);
  return compareWithBaseline(result(level), {
    machine,
    rounds,
    samples: comparableSamples(result(100)),
  });
}

Deno.test("figures are compared as ratios to the plain forwarder of the same round, memory as it is", () => {
  const samples = comparableSamples(result(50));
  assertEquals(samples["flood-64-up"], new Array(ROUNDS).fill(0.5));
  assertEquals(samples["memory-end"][0], 50);
});

Deno.test("rounds in which a search found nothing are left out", () => {
  const one = result(50);
  one.paths["pppoe-proxy"].samples["lossless-64-up"] = [0, 50, 50];
  one.paths["plain forwarder"].samples["lossless-64-up"] = [100, 0, 100];
  assertEquals(comparableSamples(one)["lossless-64-up"], [0.5]);
  assertEquals(spreadOf(FIGURES["latency-p50"], [0, 4, 6]), { median: 5, least: 4, most: 6 });
  assertEquals(spreadOf(FIGURES["latency-p50"], []), undefined);
});

Deno.test("throughput, latency and memory at half: each verdict knows which is better", () => {
  const { verdicts } = comparison(50);
  const words = ["flood-64-up", "latency-p50", "memory-end"].map((figure) =>
    showVerdict(FIGURES[figure], verdicts[figure])
  );
  assertEquals(words, ["slower, −50 %", "faster, −50 %", "smaller, −50 %"]);
  assertEquals(comparison(100).verdicts["flood-64-up"].word, "cannot tell");
});

Deno.test("a cell says what is missing, and shows a range only if there is one", () => {
  const [speed, memory] = [FIGURES["flood-64-up"], FIGURES["memory-end"]];
  assertEquals([whyMissing(speed), whyMissing(memory), whyMissing(speed, [0, 0])], [
    "–",
    "in the kernel",
    "none",
  ]);
  assertEquals(showSpread({ median: 2, least: 1, most: 1_234 }), "2 (1–1,234)");
  assertEquals(showSpread({ median: 0.1234, least: 0.1234, most: 0.1234 }), "0.123");
});

Deno.test("the text page has every figure, why a path is missing, and other work", () => {
  const text = textPage(result(50), comparison(50)).join("\n");
  for (const { title } of Object.values(FIGURES)) assertStringIncludes(text, title);
  assertStringIncludes(text, "OpenVPN: not measured, <not> installed");
  assertStringIncludes(text, "repeat on a quiet machine");
  assertStringIncludes(textPage(result(50)).join("\n"), "no baseline");
});

Deno.test("the HTML page needs nothing from outside, and shows names as text", () => {
  const html = htmlPage(result(50), comparison(50));
  assertEquals([...html.matchAll(/(?:src|href|@import|url\()/g)], []);
  assert(!html.includes("<not>") && !html.includes("<CPU>"));
  assert(!/NaN|undefined|Infinity/.test(html));
  for (const { title } of Object.values(FIGURES)) assertStringIncludes(html, title);
  for (const name of PATH_NAMES) assertStringIncludes(html, `>${name}<`);
});

Deno.test("an axis has three to six parts of a round size", () => {
  for (const most of [0.07, 1, 3, 4.2, 99, 1_000, 3_499, 250_000]) {
    const parts = most / tickStep(most);
    assert(parts >= 3 && parts <= 7.5, `${most}: ${parts}`);
  }
});

Deno.test(needing(["chromium"], {
  name: "the HTML page fits a phone and a desktop, and its charts have their size",
  fn: async () => {
    const file = await Deno.makeTempFile({ suffix: ".html" });
    await Deno.writeTextFile(file, htmlPage(result(50), comparison(50)));
    await using browser = await openBrowser();
    for (const width of [390, 1280]) {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      await page.goto(`file://${file}`);
      assertEquals(await page.evaluate("document.documentElement.scrollWidth"), width);
      const table = "document.querySelector('.table')";
      const hidden = await page.evaluate(`${table}.scrollWidth - ${table}.clientWidth`) as number;
      if (width === 1280) assertEquals(hidden, 0, "the table scrolls");
      for (const chart of await page.locator("svg").all()) {
        const box = await chart.boundingBox();
        assert(box !== null && box.width > 300 && box.height > 100, JSON.stringify(box));
      }
    }
    await Deno.remove(file);
  },
}));
