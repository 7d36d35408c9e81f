import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkPinned, checkServerCertificate } from "../../../src/cli/check/check_certificate.ts";
import { Findings } from "../../../src/cli/check/findings.ts";
import { makeSelfSigned } from "../../../src/cli/keygen/self_signed.ts";
import { pppoeProxy, withFolder } from "../process.ts";

/** A CA certificate (CA:TRUE) for "authority.example", P-256, valid from 2026 to 2126. */
const AUTHORITY = await Deno.readTextFile(new URL("../authority.crt", import.meta.url));

async function problemsOf(check: (findings: Findings) => Promise<void>): Promise<string> {
  const findings = new Findings();
  await check(findings);
  return findings.problems.join("\n");
}

async function writePair(folder: string, now = new Date()): Promise<[string, string]> {
  const { certificate, key } = await makeSelfSigned("proxy.example", 10, now);
  const paths: [string, string] = [
    `${folder}/${now.getTime()}.crt`,
    `${folder}/${now.getTime()}.key`,
  ];
  await Deno.writeTextFile(paths[0], certificate);
  await Deno.writeTextFile(paths[1], key, { mode: 0o600 });
  return paths;
}

Deno.test("a valid certificate with its own key has no problems", async () => {
  await withFolder(async (folder) => {
    const [certificate, key] = await writePair(folder);
    assertEquals(await problemsOf((it) => checkServerCertificate(certificate, key, it)), "");
    assertEquals(await problemsOf((it) => checkPinned([certificate], it)), "");
  });
});

Deno.test("mismatched or readable keys and files without a certificate are problems", async () => {
  await withFolder(async (folder) => {
    const [certificate, key] = await writePair(folder);
    const [, otherKey] = await writePair(folder, new Date("2020-01-01"));
    const problems = (one: string, two: string): Promise<string> =>
      problemsOf((it) => checkServerCertificate(one, two, it));
    assertStringIncludes(
      await problems(certificate, otherKey),
      "it does not match the certificate",
    );
    assertStringIncludes(await problems(certificate, certificate), "others can read or write it");
    assertStringIncludes(await problems(key, key), "it has no PEM certificate");
    assertStringIncludes(await problems(`${folder}/none`, key), "no such file");
  });
});

Deno.test("I1: expired, expiring and not yet valid certificates are notes, never problems", async () => {
  await withFolder(async (folder) => {
    const [expired, key] = await writePair(folder, new Date("2020-01-01"));
    const [future] = await writePair(folder, new Date(Date.now() + 1e10));
    const [soon] = await writePair(folder); // ten days
    const found = new Findings();
    await checkServerCertificate(expired, key, found);
    await checkPinned([future, soon], found);
    assertEquals(found.problems, []);
    assertStringIncludes(found.notes[0], "expired on 2020-01-11; replace it");
    assertStringIncludes(found.notes[1], "is not valid before");
    assertStringIncludes(found.notes[2], "replace it soon");
  });
});

Deno.test("T1: a CA certificate is refused, and so are several certificates in one file", async () => {
  await withFolder(async (folder) => {
    const [one] = await writePair(folder);
    const [other] = await writePair(folder, new Date("2020-01-01"));
    const [authority, both] = [`${folder}/authority.crt`, `${folder}/both.crt`];
    await Deno.writeTextFile(authority, AUTHORITY);
    await Deno.writeTextFile(both, await Deno.readTextFile(one) + await Deno.readTextFile(other));
    const problems = await problemsOf((it) => checkPinned([authority, both], it));
    assertStringIncludes(problems, "CA:TRUE");
    assertStringIncludes(problems, "keygen certificate");
    assertStringIncludes(problems, "put each into its own file and list the files");
  });
});

/** Writes a client's configuration for the interface `name`, with files from keygen. */
async function writeClient(folder: string, name: string): Promise<string> {
  const files = [["secret", `${folder}/branch-1.secret`], [
    "certificate",
    "--name",
    "proxy.example",
    "--out-dir",
    folder,
  ]];
  for (const args of files) assertEquals((await pppoeProxy(["keygen", ...args])).code, 0);
  const source = await Deno.readTextFile(
    new URL("../../config/valid/client.toml", import.meta.url),
  );
  await Deno.writeTextFile(`${folder}/client.toml`, source.replace("lan0", name));
  return `${folder}/client.toml`;
}

Deno.test("check describes the configuration and lists all problems at once, with exit code 1", async () => {
  await withFolder(async (folder) => {
    const file = await writeClient(folder, "none0");
    await Deno.chmod(`${folder}/branch-1.secret`, 0o644);
    const { code, stdout, stderr } = await pppoeProxy(["check", "-c", file], {
      SSLKEYLOGFILE: `${folder}/keys`,
    });
    assertEquals(code, 1);
    assertStringIncludes(stdout, 'Connects to 192.0.2.2:8443 as "branch-1"');
    for (const problem of ['"none0"', '"SSLKEYLOGFILE" is set', "chmod 600"]) {
      assertStringIncludes(stderr, problem);
    }
    assertEquals(stderr.trim().split("\n").length, 3);
  });
});
