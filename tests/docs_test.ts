/** Checks the documents against the sources: names of tests, links, and numbers in tables. */
import { assert, assertEquals } from "@std/assert";
import { CLOSE_CODES } from "../src/tunnel/close_reason.ts";
import { ALPN, MAX_NAME_BYTES, NONCE_BYTES, PROTOCOL_VERSION } from "../src/tunnel/handshake.ts";
import * as records from "../src/tunnel/record/record.ts";
import { KIND_FRAGMENT } from "../src/tunnel/datagram/datagram.ts";
import { END_CODES } from "../src/proxy/session/session_end.ts";
import { sources } from "./sources.ts";
import { TLS_NAME } from "../src/tunnel/tls/tls_identity.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const PROVEN = ["docs/protocol.md", "docs/threat-model.md"];
const protocol = read("docs/protocol.md");

function read(path: string): string {
  return Deno.readTextFileSync(ROOT + path);
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
}

/** A test file that a document names, and the first words of the test names that it quotes. */
interface Proof {
  path: string;
  titles: string[];
}

function proofsIn(text: string): Proof[] {
  const found = text.replace(/\s+/g, " ").matchAll(/`(tests\/[^`]+)`((?:,? "[^"]+")*)/g);
  return [...found].map(([, path, titles]) => ({
    path,
    titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title]) => title),
  }));
}

/** Whether a test name in a source starts with these words. */
function hasTitle(source: string, title: string): boolean {
  return ['"', "`"].some((mark) => source.includes(mark + title));
}

for (const document of PROVEN) {
  Deno.test(`every test that ${document} names exists`, () => {
    const proofs = proofsIn(read(document));
    assert(proofs.length > 30, `${proofs.length} found`);
    const wrong = proofs.flatMap(({ path, titles }) => {
      if (!isThere(ROOT + path)) return [path];
      return titles.filter((title) => !hasTitle(read(path), title))
        .map((title) => `${path} "${title}"`);
    });
    assertEquals(wrong, []);
  });
}

/**
 * Paragraphs and list items that name no test; headings, tables, code and list intros are exempt.
 */
function unproven(text: string): string[] {
  const claims = text.replace(/\n## What attacks cost\n[^]*?(?=\n## )/, ""); // measured, not tested
  const blocks = claims.split(/\n{2,}|\n(?=- )/);
  return blocks.filter((block, at) => {
    const isClaim = !/^(?:#|\|| {4}|<!--)/.test(block) && !/:$/.test(block.trim());
    return isClaim && !block.includes("`tests/") && !blocks[at + 1]?.startsWith("(`tests/");
  });
}

/** Paragraphs that cite other documents, give advice, or describe the page itself. */
const NEED_NO_PROOF =
  /^(?:What two|All numbers|- The holder of each pinned|TLS libraries|What is worth|`deno task attack`)/;

for (const document of PROVEN) {
  Deno.test(`every paragraph of ${document} names a test`, () => {
    assertEquals(unproven(read(document)).filter((block) => !NEED_NO_PROOF.test(block)), []);
  });
}

/** GitHub's anchor for a heading. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

function anchorsOf(path: string): string[] {
  return [...Deno.readTextFileSync(path).matchAll(/^#+ (.*)$/gm)].map(([, text]) => anchorOf(text));
}

Deno.test("every relative link in the documents leads to an existing file and heading", () => {
  const documents = ["README.md", "CHANGELOG.md", ...sources("docs", /\.md$/)];
  const wrong = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].filter(([, link]) => {
      const { pathname, hash } = new URL(link, `file://${ROOT}${document}`);
      if (!isThere(pathname)) return true;
      return hash !== "" && !anchorsOf(pathname).includes(decodeURIComponent(hash.slice(1)));
    }).map(([, link]) => `${document}: ${link}`)
  );
  assertEquals(wrong, []);
});

/**
 * The rows of the table in protocol.md whose header starts with these cells; a row is its cells.
 */
function table(head: string): string[][] {
  const start = protocol.indexOf(`\n| ${head}`);
  assert(start >= 0, `no table "${head}"`);
  const [lines] = protocol.slice(start + 1).split("\n\n");
  return lines.split("\n").slice(2).map((line) =>
    line.slice(1, -1).split("|").map((cell) => cell.trim())
  );
}

/** The first number in a cell; in bytes if it has a unit of bytes. */
function amount(cell: string): number {
  const [, digits = "", unit] = /([\d,]+)(?: (KiB|MiB))?/.exec(cell) ?? [];
  const factor = unit === "KiB" ? 1_024 : unit === "MiB" ? 1_024 ** 2 : 1;
  return Number(digits.replaceAll(",", "")) * factor;
}

/** The value of a constant that a source does not export: a number or a product of numbers. */
function constant(path: string, name: string): number {
  const [, text = ""] = new RegExp(`const ${name} = ([\\d_ *]+);`).exec(read(path)) ?? [];
  assert(text !== "", `${path} has no number ${name}`);
  return text.split("*").reduce((all, factor) => all * Number(factor.replaceAll("_", "")), 1);
}

/** The rate per second and the burst of a rate limit that a source does not export. */
function rate(path: string, name: string): number[] {
  const pattern = new RegExp(
    `const ${name}(?:: Rate)? = \\{ rate: ([\\d_]+), burst: ([\\d_]+) \\}`,
  );
  const [, ...numbers] = pattern.exec(read(path)) ?? [];
  return numbers.map((number) => Number(number.replaceAll("_", "")));
}

Deno.test("protocol.md: record kinds and their maximum body lengths", () => {
  const { KIND_SESSION, KIND_DISCOVERY, KIND_CONTROL } = records;
  assertEquals(
    table("Knd | name | 16-bit field").slice(0, 3).map((
      row,
    ) => [Number(row[0]), row[1], amount(row[4])]),
    [
      [KIND_SESSION, "session", records.MAX_RECORD_BODY],
      [KIND_DISCOVERY, "discovery", records.MAX_DISCOVERY_BODY],
      [KIND_CONTROL, "control", records.MAX_CONTROL_BODY],
    ],
  );
  const [, , control] = table("Knd | name | 16-bit field");
  const before = Number(/\((\d+) before authentication/.exec(control[4])?.[1]);
  assertEquals(before, constant("src/tunnel/authenticate.ts", "MAX_HANDSHAKE_BODY"));
  const fragment = table("Knd | name | after").find((row) => row[1] === "fragment");
  assertEquals(Number(fragment?.[0]), KIND_FRAGMENT);
});

Deno.test("protocol.md: control record types and close codes", () => {
  const types = table("type | name").map(([type, name]) => [name, Number(type)]);
  assertEquals(types, Object.entries(records.ControlType));
  const codes = table("code of a close").map(([code, word]) => [word, Number(code)]);
  assertEquals(codes, Object.entries(CLOSE_CODES));
  const ends = table("number of an end").map(([code, word]) => [word, Number(code)]);
  assertEquals(ends, Object.entries(END_CODES));
});

Deno.test("protocol.md: names of violations", () => {
  const [, words = ""] = /type Violation =([^;]*);/.exec(read("src/tunnel/record/record.ts")) ?? [];
  const known = [...words.matchAll(/"([^"]+)"/g)].map(([, word]) => word);
  assertEquals(table("violation").map(([word]) => word).toSorted(), known.toSorted());
});

Deno.test("protocol.md: names and field lengths of a hello", () => {
  for (const name of [ALPN, TLS_NAME]) assert(protocol.includes(`\`${name}\``), name);
  const [hello] = table("type | name");
  assertEquals(
    hello[3],
    `version 1 byte, features 4, nonce ${NONCE_BYTES}, name length 1, name (UTF-8, 1 to ${MAX_NAME_BYTES} bytes)`,
  );
  assert(protocol.startsWith(`# The tunnel protocol, version ${PROTOCOL_VERSION}\n`));
});

/** The default of a setting: a number, or a duration such as "5s". */
function fallback(name: string): string {
  const pattern = new RegExp(`\\b${name}: withDefault\\(.*, "?(\\w+)"?\\)`);
  return pattern.exec(read("src/config/schema.ts"))?.[1] ?? `no default of ${name}`;
}

Deno.test("protocol.md: connection limits before authentication", () => {
  const limits = table("connections before login").map((row) => amount(row[1]));
  const [all, own, turns] = ["unauthenticated", "perAddress", "handshakeRate"].map((name) =>
    Number(fallback(name))
  );
  const source = read("src/tunnel/admission/admission.ts");
  const [, wide = ""] = /WIDE_SHARES = \[([\d, ]+)\]/.exec(source) ?? [];
  const share = (pattern: RegExp): number => {
    const [, part = "", whole = ""] = pattern.exec(source) ?? [];
    return all * Number(part) / Number(whole);
  };
  assertEquals(limits, [
    all,
    own,
    share(/SILENT_SHARE = (\d) \/ (\d)/),
    share(/ticketed: \[.*, (\d) \/ (\d)\]/),
    share(/known: \[.*, (\d) \/ (\d)\]/),
    share(/new: \[.*, (\d) \/ (\d)\]/),
    share(/failed: \[.*, (\d) \/ (\d)\]/),
    constant("src/tunnel/admission/early_seats.ts", "MAX_EARLY"),
    turns,
    ...wide.split(",").map((share) => Number(share) * own),
    constant("src/tunnel/tls/tls_incoming.ts", "SPARE_FILES"),
  ]);
});

Deno.test("protocol.md: defaults of the keepalive interval and of resume_grace", () => {
  for (const [name, text] of [["interval", "`interval` ("], ["resumeGrace", "`resume_grace` ("]]) {
    const said = protocol.split(text)[1].split(")")[0].replace(" ", "");
    assertEquals(said, fallback(name));
  }
});

Deno.test("protocol.md: limits of a tunnel's send queue", () => {
  const shares = "src/tunnel/record/queue_shares.ts";
  const rows = table("what waits to be sent");
  assertEquals(rows.map((row) => amount(row[1])), [
    constant(shares, "DATA_LIMIT"),
    constant("src/tunnel/record/record_queue.ts", "MAX_AGE"),
    constant(shares, "SESSION_CONTROL_LIMIT"),
    constant(shares, "PPP_CONTROL_LIMIT"),
    constant(shares, "DISCOVERY_LIMIT"),
    constant(shares, "OWN_LIMIT"),
  ]);
  assertEquals(amount(rows[0][1].split(";")[1]), constant(shares, "MIN_WEIGHT"));
  const least = constant("src/tunnel/record/round_robin.ts", "QUANTUM");
  assertEquals(amount(rows[1][1].split(" but ")[1]), least);
});

Deno.test("protocol.md: rate limits", () => {
  const codes = "src/proxy/session/session_code_gate.ts";
  const allowance = "src/tunnel/peer_allowance.ts";
  const datagrams = "src/tunnel/datagram/datagram_allowance.ts";
  const pair = (path: string, ...names: string[]) => names.map((name) => constant(path, name));
  const discovery = constant("src/proxy/discovery/discovery_gate.ts", "RATE");
  assertEquals(table("what a peer sends or ends").map((row) => [amount(row[1]), amount(row[2])]), [
    rate(allowance, "PINGS"),
    rate(allowance, "DATAGRAM_PINGS"),
    rate(datagrams, "USELESS"),
    [discovery, 2 * discovery],
    rate("src/daemon/client_allowances.ts", "LOGINS"),
    rate(codes, "BY_SESSION"),
    rate(codes, "UNDEFINED"),
    rate(codes, "BY_CUSTOMER"),
    rate("src/proxy/discovery/unwanted_sessions.ts", "FLOOR"),
    rate("src/proxy/discovery/unwanted_sessions.ts", "MOST"),
    rate("src/proxy/session/orphans.ts", "RATE"),
    rate("src/tunnel/quic/quic_handshakes.ts", "BEGUN"),
    pair("src/tunnel/quic/initial_gate.ts", "RATE", "BURST"),
  ]);
});

Deno.test("prose of the documents wraps at 100 columns", () => {
  const documents = ["README.md", "CHANGELOG.md", ...sources("docs", /\.md$/)];
  const isProse = (line: string): boolean => !/^(?: {4}|\s*[|<]|#)/.test(line);
  const long = documents.flatMap((path) => {
    const lines = read(path).replace(/^```[\s\S]*?^```/gm, "").split("\n");
    return lines.filter((line) => isProse(line) && line.length > 100).map((line) =>
      `${path}: ${line}`
    );
  });
  assertEquals(long, []);
});
