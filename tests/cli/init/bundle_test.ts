import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Bundle,
  formatBundle,
  parseBundle,
  readBundle,
} from "../../../src/cli/init/bundle.ts";
import { newSecret } from "../../../src/cli/keygen/new_secret.ts";
import { makeSelfSigned } from "../../../src/cli/keygen/self_signed.ts";
import { Refusal } from "../../../src/config/finding.ts";
import { withFolder } from "../process.ts";

const { certificate } = await makeSelfSigned("proxy.example", 10, new Date());
const AUTHORITY = await Deno.readTextFile(new URL("../authority.crt", import.meta.url));
const BUNDLE: Bundle = {
  name: "branch-1",
  connect: [{ host: "proxy.example", port: 8443 }],
  transport: "tls",
  secret: newSecret(),
  certificate,
};

Deno.test("a bundle is read as it was written", () => {
  const host = fc.constantFrom("192.0.2.2", "2001:db8::1", "proxy.example");
  const bundles = fc.record({
    name: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/),
    connect: fc.uniqueArray(fc.record({ host, port: fc.integer({ min: 1, max: 65_535 }) }), {
      minLength: 1,
      maxLength: 4,
      selector: ({ host, port }) => `${host} ${port}`,
    }),
    transport: fc.constantFrom<Bundle["transport"]>("tls", "quic", "auto"),
    secret: fc.constant(0).map(newSecret),
  });
  fc.assert(fc.property(bundles, (part) => {
    const bundle: Bundle = { ...part, certificate };
    assertEquals(parseBundle(formatBundle(bundle)), bundle);
  }));
});

Deno.test("a bundle that is damaged or names other files is refused, and no message has its secret", () => {
  const good = formatBundle(BUNDLE);
  const wrong: [change: (text: string) => string, message: string][] = [
    [(text) => text.replace("format = 1", "format = 2"), '"format" is missing or not valid'],
    [(text) => text.replace('name = "branch-1"', 'name = "../branch"'), '"name" is'],
    [(text) => text.replace('name = "branch-1"', 'name = ".."'), '"name" is'],
    [(text) => text.replace(/^secret.*\n/m, ""), '"secret" is'],
    [(text) => text.replace(BUNDLE.secret, "00".repeat(32)), "not drawn at random"],
    [(text) => text.replace(BUNDLE.secret, `${BUNDLE.secret}0`), '"secret" is'],
    [(text) => `${text}further = 1\n`, '"further" is'],
    [(text) => text.replace(certificate.trim(), AUTHORITY.trim()), "it is a CA certificate"],
    [(text) => text.replace("BEGIN CERTIFICATE", "BEGIN"), "it has no PEM certificate"],
    [(text) => text.slice(0, -20), "is damaged"],
    [() => "", '"format" is'],
  ];
  for (const [change, message] of wrong) {
    const changed = change(good);
    assert(changed !== good, message);
    const error = assertThrows(() => parseBundle(changed), Error);
    assertStringIncludes(error.message, message);
    assertEquals(error.message.includes(BUNDLE.secret.slice(0, 32)), false);
  }
});

Deno.test("a bundle is bounded in size, and only its owner may read it", () =>
  withFolder(async (folder) => {
    const path = `${folder}/branch-1.bundle`;
    await Deno.writeTextFile(path, formatBundle(BUNDLE), { mode: 0o600 });
    assertEquals(readBundle(path), BUNDLE);
    await Deno.chmod(path, 0o644);
    assertThrows(() => readBundle(path), Refusal, "others can read or write it");
    await Deno.chmod(path, 0o600);
    await Deno.writeTextFile(path, `#${"x".repeat(64 * 1024)}\n`, { append: true });
    assertThrows(() => readBundle(path), Refusal, "it has more than 65536 bytes");
    assertThrows(() => readBundle(`${folder}/none`), Refusal, "pppoe-proxy add-client NAME");
  }));
