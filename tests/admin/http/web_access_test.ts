import { assert, assertEquals } from "@std/assert";
import decodeQR from "qr/decode.js";
import {
  CODE_LIFE,
  MAX_GRANTS,
  TOKEN_LIFE,
  WebAccess,
} from "../../../src/admin/http/web_access.ts";
import { pppoeProxy } from "../../cli/process.ts";
import { qrCode } from "../../../src/cli/terminal/qr_code.ts";
import { withDaemon } from "../daemon.ts";
import { READ_TOKEN, type TcpWorld, TOKEN, withTcpDaemon } from "../tcp_world.ts";

function access(): { web: WebAccess; advance(milliseconds: number): void } {
  let [now, next] = [0, 0];
  const random = (length: number) => new Uint8Array(length).fill(++next % 256);
  return { web: new WebAccess({ now: () => now, random }), advance: (by) => void (now += by) };
}

Deno.test("a link's code is valid once and for minutes, its token for hours", () => {
  const { web, advance } = access();
  const code = web.makeCode("read");
  const granted = web.exchange(code);
  assertEquals([granted?.role, web.roleOf(granted?.token ?? "")], ["read", "read"]);
  assertEquals([web.exchange(code), web.roleOf(code)], [undefined, undefined]);
  advance(TOKEN_LIFE - 1);
  assertEquals(web.roleOf(granted?.token ?? ""), "read");
  advance(1);
  assertEquals(web.roleOf(granted?.token ?? ""), undefined);
  const late = web.makeCode("act");
  advance(CODE_LIFE);
  assertEquals(web.exchange(late), undefined);
});

Deno.test("codes and tokens of links are bounded in number, the oldest go", () => {
  const { web } = access();
  const codes = Array.from({ length: MAX_GRANTS + 1 }, () => web.makeCode("read"));
  assertEquals(web.exchange(codes[0]), undefined);
  const tokens = codes.slice(1).map((code) => web.exchange(code)?.token ?? "");
  assert(tokens.every((token) => web.roleOf(token) === "read"));
  web.exchange(web.makeCode("read"));
  assertEquals([web.roleOf(tokens[0]), web.roleOf(tokens[1])], [undefined, "read"]);
});

Deno.test("T7: no number of readers' codes and tokens ends an operator's access", () => {
  const { web } = access();
  const operator = web.exchange(web.makeCode("act"))?.token ?? "";
  const waiting = web.makeCode("act");
  for (let i = 0; i <= MAX_GRANTS; i++) web.exchange(web.makeCode("read"));
  for (let i = 0; i <= MAX_GRANTS; i++) web.makeCode("read");
  assertEquals(web.roleOf(operator), "act");
  assertEquals(web.exchange(waiting)?.role, "act");
});

/** Sends JSON over TCP, and returns status and answer. */
async function post(
  { port }: TcpWorld,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  // deno-lint-ignore no-explicit-any -- an answer of the API
): Promise<[number, any]> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
  return [response.status, await response.json()];
}

Deno.test("T7: a link reads by default, is made over a socket only, and works once", () =>
  withTcpDaemon(async (world) => {
    const { folder, status } = world;
    const socket = `${folder}/daemon.sock`;
    const link = async (...more: string[]) =>
      JSON.parse((await pppoeProxy(["web", "--json", "-s", socket, ...more])).stdout);
    const { code, addresses } = await link();
    assertEquals(addresses, [`http://127.0.0.1:${world.port}/`]);
    const [exchanged, { token, role }] = await post(world, "web-tokens", { code });
    assertEquals([exchanged, role, await status("/api/v1/status", token)], [200, "read", 200]);
    const drain = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    assertEquals(await status("/api/v1/drain", token, drain), 403);
    assertEquals((await post(world, "web-tokens", { code }))[0], 403);
    assertEquals((await post(world, "web-tokens", { code: "0".repeat(32) }))[0], 403);
    const foreign = { origin: "http://evil.example" };
    assertEquals((await post(world, "web-tokens", await link(), foreign))[0], 403);
    // No token makes a link, not even that of the role act: it would outlive its file.
    for (const bearer of [TOKEN, READ_TOKEN, token]) {
      const authorization = { authorization: `Bearer ${bearer}` };
      assertEquals((await post(world, "web-codes", { role: "read" }, authorization))[0], 403);
    }
    assertEquals((await post(world, "web-codes", { role: "read" }))[0], 401);
    const [, acting] = await post(world, "web-tokens", { code: (await link("--act")).code });
    assertEquals([acting.role, await status("/api/v1/drain", acting.token, drain)], ["act", 400]);
  }));

Deno.test("web prints the link, what it permits and a QR code; a proxy's address if given", () =>
  withTcpDaemon(async ({ folder, port }) => {
    const socket = `${folder}/daemon.sock`;
    const own = await pppoeProxy(["web", "-s", socket]);
    assertEquals([own.code, own.stderr], [0, ""]);
    const [link, , words, ssh] = own.stdout.split("\n");
    assert(new RegExp(`^http://127.0.0.1:${port}/#code=[0-9a-f]{32}$`).test(link), link);
    assert(words.startsWith("Works once, within 5m. The page may look"), words);
    assert(ssh.includes(`ssh -L ${port}:127.0.0.1:${port} USER@HOST`), ssh);
    assert(own.stdout.includes("For a QR code run this in a terminal"), own.stdout);
    assertEquals(/[▀▄█]/.test(own.stdout), false, "inverted where text is dark on light");
    const far = await pppoeProxy(["web", "-s", socket, "--address", "https://proxy.example/pppoe"]);
    assert(far.stdout.startsWith("https://proxy.example/pppoe/#code="), far.stdout);
    const wrong = await pppoeProxy(["web", "-s", socket, "--address", "proxy.example"]);
    assertEquals(wrong.code, 2);
  }));

Deno.test("web says what to do when there is only a socket", () =>
  withDaemon({}, async ({ socket }) => {
    const { code, stderr } = await pppoeProxy(["web", "-s", socket]);
    assertEquals(code, 1);
    for (const words of ['"listen" is not set', `ssh -L 9180:${socket} root@HOST`, "token_file"]) {
      assert(stderr.includes(words), stderr);
    }
  }));

/** Pixels of each module, as a camera has more than one. */
const SCALE = 4;

/** Returns what a decoder reads in the lines of a code on a terminal. */
function readCode(lines: readonly string[]): string {
  const dark = lines.flatMap((line) => {
    // deno-lint-ignore no-control-regex -- black on white, whatever the terminal's own colours
    const [, plain] = /^\x1b\[38;5;16;48;5;231m([ ▀▄█]*)\x1b\[0m$/.exec(line) ?? [];
    assert(plain !== undefined, line);
    const half = (drawn: string) => [...plain].map((it) => drawn.includes(it));
    return [half("█▀"), half("█▄")];
  });
  const [width, height] = [dark[0].length * SCALE, dark.length * SCALE];
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at++) {
    const row = dark[Math.floor(at / width / SCALE)];
    if (row[Math.floor(at % width / SCALE)]) data.fill(0, at * 4, at * 4 + 3);
  }
  return decodeQR({ width, height, data });
}

Deno.test("a decoder reads the link in the QR code, whose colours are its own", () => {
  const code = "0123456789abcdef".repeat(2);
  for (
    const link of [
      `http://127.0.0.1:9180/#code=${code}`,
      `https://[2001:db8::1]:9180/#code=${code}`,
      `https://proxy.example/${"pppoe/".repeat(30)}#code=${code}`,
    ]
  ) {
    assertEquals(readCode(qrCode(link)), link);
  }
});
