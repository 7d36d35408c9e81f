import "reflect-metadata"; // @peculiar/x509 looks for it when it is loaded
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Extension, X509CertificateGenerator } from "@peculiar/x509";
import { CERTIFICATES } from "../../src/checks/certificate_checks.ts";
import { runCheck } from "../../src/checks/examine.ts";
import { makeSelfSigned } from "../../src/cli/keygen/self_signed.ts";
import { parseConfig } from "../../src/config/load.ts";
import { withFolder } from "../cli/process.ts";

/** A CA certificate (CA:TRUE) for "authority.example", P-256, valid from 2026 to 2126. */
const AUTHORITY = await Deno.readTextFile(new URL("../cli/authority.crt", import.meta.url));

/** What is found, as `severity code key: sentence`. */
async function examined(source: string): Promise<string[]> {
  const config = parseConfig(source, "/none.toml");
  const context = { config, daemon: { pid: undefined, mayRun: false } };
  const { findings } = await runCheck(CERTIFICATES, context);
  return findings.map(({ severity, code, place, words, remedy }) =>
    `${severity} ${code} ${place?.key}: ${words}; ${remedy}`
  );
}

function server(certificate: string, key: string): Promise<string[]> {
  return examined(`mode = "server"
interface = { name = "wan0" }
tunnel = { listen = "127.0.0.1:1", certificate = "${certificate}", key = "${key}" }
clients = [{ name = "a", secret_file = "a" }]
`);
}

function client(...pins: string[]): Promise<string[]> {
  return examined(`mode = "client"
interface = { name = "lan0" }
[tunnel]
connect = "127.0.0.1:1"
server_certificate = ${JSON.stringify(pins)}
name = "a"
secret_file = "a"
`);
}

async function writePair(
  folder: string,
  name: string,
  now = new Date(),
): Promise<[certificate: string, key: string]> {
  const { certificate, key } = await makeSelfSigned("proxy.example", 100, now);
  const paths: [string, string] = [`${folder}/${name}.crt`, `${folder}/${name}.pem`];
  await Deno.writeTextFile(paths[0], certificate);
  await Deno.writeTextFile(paths[1], key, { mode: 0o600 });
  return paths;
}

Deno.test("a valid certificate with its own key is no finding, and neither is its pin", async () => {
  await withFolder(async (folder) => {
    const [certificate, key] = await writePair(folder, "own");
    assertEquals(await server(certificate, key), []);
    assertEquals(await client(certificate), []);
  });
});

Deno.test("mismatched or readable keys and files without a certificate are errors at their key", async () => {
  await withFolder(async (folder) => {
    const [certificate, key] = await writePair(folder, "one");
    const [, otherKey] = await writePair(folder, "other");
    const cases: [certificate: string, key: string, says: string, words: string][] = [
      [certificate, otherKey, "error key-unusable tunnel.key: ", "does not match the certificate"],
      [certificate, certificate, "error file-not-private tunnel.key: ", "others can read or write"],
      [key, key, "error certificate-unusable tunnel.certificate: ", "it has no PEM certificate"],
      [`${folder}/none`, key, "error certificate-unusable tunnel.certificate: ", "no such file"],
    ];
    for (const [one, two, says, words] of cases) {
      const [found, ...more] = await server(one, two);
      assertEquals([found.startsWith(says), more], [true, []], found);
      assertStringIncludes(found, words);
    }
  });
});

Deno.test("I1: expired, expiring and not yet valid certificates are warnings, never errors", async () => {
  await withFolder(async (folder) => {
    const days = (count: number) => new Date(Date.now() + count * 86_400_000);
    const [expired, key] = await writePair(folder, "expired", new Date("2020-01-01"));
    const [future] = await writePair(folder, "future", days(100));
    const [soon] = await writePair(folder, "soon", days(-90));
    const found = [...await server(expired, key), ...await client(future, soon)];
    assertEquals(found.map((it) => it.split(" ").slice(0, 3).join(" ")), [
      "warning certificate-expired tunnel.certificate:",
      "warning certificate-not-yet-valid tunnel.server_certificate:",
      "warning certificate-expiring tunnel.server_certificate:",
    ]);
    assertStringIncludes(found[0], "expired on 2020-04-10; replace it");
    assertStringIncludes(found[1], "is not valid before");
    assertStringIncludes(found[2], "replace it soon");
  });
});

Deno.test("T1: a CA certificate is refused, and so are several certificates in one file", async () => {
  await withFolder(async (folder) => {
    const [one] = await writePair(folder, "one");
    const [other] = await writePair(folder, "other");
    const [authority, both] = [`${folder}/authority.crt`, `${folder}/both.crt`];
    await Deno.writeTextFile(authority, AUTHORITY);
    await Deno.writeTextFile(both, await Deno.readTextFile(one) + await Deno.readTextFile(other));
    const found = (await client(authority, both)).join("\n");
    assertStringIncludes(found, "CA:TRUE");
    assertStringIncludes(found, "keygen certificate");
    assertStringIncludes(found, "put each into its own file and list the files");
  });
});

Deno.test("T1: no other certificate takes the place of a damaged one in the same file", async () => {
  await withFolder(async (folder) => {
    const [[one], [other]] = [await writePair(folder, "one"), await writePair(folder, "other")];
    const [first, second] = [await Deno.readTextFile(one), await Deno.readTextFile(other)];
    const path = `${folder}/pin.crt`;
    for (
      const [text, words] of [
        [first.replace(/\n(.{9})./, "\n$1!") + second, "it is damaged"],
        [first.slice(0, 200) + "\n" + second, "it is damaged"],
        [first.replace("-----END", "----END") + second, "it is damaged"],
        [first.replaceAll("CERT", "TRUSTED CERT") + second, "convert it with `openssl x509"],
        [first.replaceAll("CERTIFICATE", "certificate") + second, 'instead of a "CERTIFICATE"'],
        // A file that is half written
        [first + second.slice(0, 200), "it is damaged"],
      ]
    ) {
      await Deno.writeTextFile(path, text);
      const [found, ...more] = await client(path);
      assertStringIncludes(found, words);
      assertStringIncludes(found, "error certificate-unusable tunnel.server_certificate: ");
      assertEquals(more, []);
    }
    for (
      const text of [`\ufeffx\r\n${first.replaceAll("\n", "\r\n")}y`, first.replaceAll("\n", "")]
    ) {
      await Deno.writeTextFile(path, text);
      assertEquals(await client(path), [], text);
    }
  });
});

Deno.test("T1: a certificate that no tunnel can use is refused as a pin", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/pin.crt`;
    const curve = { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" };
    const small = {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 1_024,
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: "SHA-256",
    };
    const constraints = new Extension("2.5.29.30", true, Uint8Array.of(0x30, 0)); // nameConstraints
    for (
      const [algorithm, extensions, words] of [
        [curve, [], "its key is not usable: its type"],
        [small, [], "its key is not usable: it is an RSA key of 1024 bits"],
        [{ ...curve, namedCurve: "P-256" }, [constraints], "it has name constraints"],
      ] as const
    ) {
      const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const made = await X509CertificateGenerator.createSelfSigned({
        name: "CN=server.example",
        keys: keys as CryptoKeyPair,
        signingAlgorithm: { name: algorithm.name, hash: algorithm.hash },
        extensions: [...extensions],
      });
      await Deno.writeTextFile(path, made.toString("pem"));
      const [found, ...more] = await client(path);
      assertStringIncludes(found, `error certificate-unusable`);
      assertStringIncludes(found, words);
      assertEquals(more, []);
    }
  });
});

Deno.test("T6: a certificate's file that has a private key too must be private", async () => {
  await withFolder(async (folder) => {
    const [one, key] = await writePair(folder, "one");
    const both = `${folder}/both.pem`;
    const texts = await Promise.all([one, key].map((path) => Deno.readTextFile(path)));
    for (const text of [texts.join(""), texts.toReversed().join("")]) {
      await Deno.writeTextFile(both, text);
      await Deno.chmod(both, 0o644);
      for (const found of [await server(both, key), await client(both)]) {
        assertStringIncludes(found.join("\n"), "file-not-private");
        assertStringIncludes(found.join("\n"), "others can read or write it (mode 0644)");
      }
      await Deno.chmod(both, 0o600);
      assertEquals(await server(both, both), []);
      const [found, ...more] = await client(both);
      assertStringIncludes(found, "warning pin-is-own tunnel.server_certificate: ");
      assertStringIncludes(found, "can pose as the server");
      assertEquals(more, []);
    }
  });
});

Deno.test("a certificate that is pinned twice, or whose key is on the client, is reported", async () => {
  await withFolder(async (folder) => {
    const [one, key] = await writePair(folder, "server");
    await Deno.copyFile(one, `${folder}/next.crt`);
    const [twice, ...more] = await client(one, `${folder}/next.crt`);
    assertEquals(more, []);
    assertStringIncludes(twice, "warning pin-twice tunnel.server_certificate: ");
    await Deno.rename(key, `${folder}/server.key`);
    const [own] = await client(one);
    assertStringIncludes(own, "note pin-is-own tunnel.server_certificate: ");
    assertStringIncludes(own, `${folder}/server.key`);
    // Another key is none of the pin's.
    const [, otherKey] = await writePair(folder, "other");
    await Deno.rename(otherKey, `${folder}/server.key`);
    assertEquals(await client(one), []);
  });
});
