import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { readPin } from "../../../src/config/files/certificate.ts";
import { readClientSecret, readSecret, readSecrets } from "../../../src/config/files/secrets.ts";
import { sentence } from "../../../src/config/finding.ts";
import { sharedSecretFaults } from "../../../src/config/files/shared_secrets.ts";

const DIGITS = "6f1d3c9a85b2e07741c8d95e3ba60f2c98d4e17b5a06c3f2d1897e4b60AC53EF";

async function withFile(
  text: string,
  mode: number,
  use: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    await Deno.chmod(path, mode);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("a secret is 64 hexadecimal digits, with or without a newline", async () => {
  for (const end of ["", "\n", "\r\n"]) {
    await withFile(DIGITS + end, 0o600, async (path) => {
      assertEquals((await readSecret(path)).toHex(), DIGITS.toLowerCase());
    });
  }
});

Deno.test("I3: a client's file may have several secrets, and a server may list several files", async () => {
  const digits = Array.from(
    { length: 5 },
    () => crypto.getRandomValues(new Uint8Array(32)).toHex(),
  );
  const hex = async (paths: string[]) => (await readSecrets(paths)).map((one) => one.toHex());
  await withFile(digits.slice(0, 2).join("\r\n"), 0o600, async (two) => {
    assertEquals(await hex([two]), digits.slice(0, 2));
    assertEquals((await readClientSecret(two)).toHex(), digits[0]);
    await assertRejects(() => readSecret(two, "token"), Error, "keygen token");
    await withFile(`${digits[2]}\n`, 0o600, async (one) => {
      assertEquals(await hex([one, two]), [digits[2], ...digits.slice(0, 2)]);
      await assertRejects(() => hex([two, one, two]), Error, "there are 5");
    });
  });
  for (const wrong of [digits.join("\n"), `${digits[0]}\n\n${digits[1]}`, `${digits[0]}\n5`]) {
    await withFile(wrong, 0o600, async (path) => {
      await assertRejects(() => readSecrets([path]), Error, "or up to 4 such lines");
    });
  }
});

Deno.test("a secret that others can read or write is refused", async () => {
  for (const mode of [0o640, 0o620, 0o604, 0o602]) {
    await withFile(DIGITS, mode, async (path) => {
      await assertRejects(() => readSecret(path), Error, `(mode 0${mode.toString(8)})`);
    });
  }
});

Deno.test("malformed content is refused, and never shown", async () => {
  for (const text of ["", "ab", DIGITS + "5", "x".repeat(64), DIGITS + "\n\n", "5".repeat(9999)]) {
    await withFile(text, 0o600, async (path) => {
      const error = await assertRejects(() => readSecret(path), Error, "hexadecimal digits");
      assertEquals(text !== "" && error.message.replace(path, "").includes(text), false);
    });
  }
});

Deno.test("a missing file and a directory are refused as a secret", async () => {
  await assertRejects(() => readSecret("/proc/none/x"), Error, "no such file");
  await assertRejects(() => readSecret("/"), Error, "it is not a regular file");
});

Deno.test("the pin is SHA-256 of the first certificate's DER, as OpenSSL shows it", async () => {
  const pem = await Deno.readTextFile(new URL("../pinned.crt", import.meta.url));
  const pin = await readPin(`Subject: x\r\n${pem.replaceAll("\n", "\r\n")}`);
  assertEquals(pin.toHex(), "613e4bab45995406e375244905b70568ca7e0d4d349440e71534822dc4d69e78");
  await assertRejects(() => readPin("nothing"), Error, "it has no PEM certificate");
  const damaged = pem.replace(/=*\n-----END/, "AAAA\n-----END");
  await assertRejects(() => readPin(damaged), Error, "it is damaged");
});

Deno.test("a shared secret gives one warning that names the clients and not the secret", () => {
  const [one, other, third] = [1, 2, 3].map(() => crypto.getRandomValues(new Uint8Array(32)));
  const warnings = (of: Record<string, Uint8Array[]>) =>
    sharedSecretFaults(new Map(Object.entries(of))).map(sentence);
  assertEquals(warnings({ a: [one], b: [other], c: [third, third] }), []);
  const two = warnings({ a: [one, other], b: [third, other.slice()], c: [] });
  assertEquals(two.length, 1);
  assertStringIncludes(two[0], 'Clients "a" and "b" have the same secret');
  assertEquals([one, other, third].some((it) => two[0].includes(it.toHex())), false);
  // Sharing several secrets is also one warning.
  assertEquals(warnings({ a: [one, other], b: [one, other] }).length, 1);
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`client-${i}`, [one]]));
  const [text, ...more] = warnings({ ...many, z: [third] });
  assertStringIncludes(text, '"client-0", "client-1", "client-2" and 97 more');
  assertEquals(more, []);
});
