import { assertEquals, assertRejects } from "@std/assert";
import { readPin } from "../../src/config/certificate.ts";
import { readSecret } from "../../src/config/secrets.ts";

const DIGITS = "0123456789abcdefABCDEF".padEnd(64, "5");

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

Deno.test("64 digits are 32 bytes, with and without a newline", async () => {
  for (const end of ["", "\n", "\r\n"]) {
    await withFile(DIGITS + end, 0o600, async (path) => {
      assertEquals((await readSecret(path)).toHex(), DIGITS.toLowerCase());
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

Deno.test("other content is refused, and never shown", async () => {
  for (const text of ["", "ab", DIGITS + "5", "x".repeat(64), DIGITS + "\n\n", "5".repeat(9999)]) {
    await withFile(text, 0o600, async (path) => {
      const error = await assertRejects(() => readSecret(path), Error, "hexadecimal digits");
      assertEquals(text !== "" && error.message.replace(path, "").includes(text), false);
    });
  }
});

Deno.test("a secret that is not there, or a folder, is refused", async () => {
  await assertRejects(() => readSecret("/nonexistent/x"), Error, "there is no such file");
  await assertRejects(() => readSecret("/"), Error, "it is no file");
});

Deno.test("the pin is SHA-256 of the first certificate's bytes", async () => {
  const block = (text: string): string =>
    `-----BEGIN CERTIFICATE-----\n${btoa(text)}\n-----END CERTIFICATE-----\n`;
  const pin = await readPin(`Subject: x\n${block("abc")}${block("other")}`);
  // FIPS 180-2 appendix B.1
  assertEquals(pin.toHex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  await assertRejects(() => readPin("nothing"), SyntaxError, "BEGIN CERTIFICATE");
});
