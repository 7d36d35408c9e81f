import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  checkAuthorities,
  checkPinned,
  checkServerCertificate,
} from "../../src/cli/check_certificate.ts";
import { Findings } from "../../src/cli/findings.ts";
import { makeSelfSigned } from "../../src/cli/self_signed.ts";
import { pppoeProxy, withFolder } from "./process.ts";

/** An authority's certificate (CA:TRUE) for "authority.example", P-256, valid from 2026 to 2126. */
const AUTHORITY = await Deno.readTextFile(new URL("./authority.crt", import.meta.url));

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

Deno.test("a certificate that is valid now and fits its key has no problems", async () => {
  await withFolder(async (folder) => {
    const [certificate, key] = await writePair(folder);
    assertEquals(await problemsOf((it) => checkServerCertificate(certificate, key, it)), "");
    assertEquals(await problemsOf((it) => checkPinned(certificate, it)), "");
    assertEquals(await problemsOf((it) => checkPinned(certificate, it, "quic")), "");
  });
});

Deno.test("a pinned certificate without a name is a problem for QUIC, which verifies one always", async () => {
  const nameless = new URL("../tunnel/nameless.crt", import.meta.url).pathname;
  const problems = await problemsOf((it) => checkPinned(nameless, it, "quic"));
  assertStringIncludes(problems, "it names no host in its subjectAltName");
  const overTls = await problemsOf((it) => checkPinned(nameless, it));
  assertEquals(overTls.includes("it names no host"), false);
});

Deno.test("expired and future certificates, strange and open keys are problems", async () => {
  await withFolder(async (folder) => {
    const [certificate, key] = await writePair(folder);
    const [expired, otherKey] = await writePair(folder, new Date("2020-01-01"));
    const [future] = await writePair(folder, new Date(Date.now() + 1e10));
    const problems = (one: string, two: string): Promise<string> =>
      problemsOf((it) => checkServerCertificate(one, two, it));
    assertStringIncludes(await problems(certificate, otherKey), "does not belong to");
    assertStringIncludes(await problems(expired, otherKey), "has been invalid since 2020-01-11");
    assertStringIncludes(await problemsOf((it) => checkPinned(future, it)), "is not valid before");
    assertStringIncludes(await problems(certificate, certificate), "everybody can read it");
    assertStringIncludes(await problems(key, key), "it has no certificate in PEM");
    assertStringIncludes(await problems(`${folder}/none`, key), "there is no such file");
  });
});

Deno.test("an authority's certificate is no server's, and a server's is no authority's", async () => {
  await withFolder(async (folder) => {
    const authority = `${folder}/authority.crt`;
    await Deno.writeTextFile(authority, AUTHORITY);
    const [server] = await writePair(folder);
    const pinned = await problemsOf((it) => checkPinned(authority, it));
    assertStringIncludes(pinned, "CA:TRUE");
    assertStringIncludes(pinned, "keygen certificate");
    assertEquals(await problemsOf((it) => checkAuthorities(authority, it)), "");
    const refused = await problemsOf((it) => checkAuthorities(server, it));
    assertStringIncludes(refused, "use server_certificate instead");
  });
});

/** A configuration whose files keygen has made, with this pattern of interface. */
async function writeClient(folder: string, name: string): Promise<string> {
  const files = [["secret", `${folder}/branch-1.secret`], [
    "certificate",
    "--name",
    "proxy.example",
    "--out-dir",
    folder,
  ]];
  for (const args of files) assertEquals((await pppoeProxy(["keygen", ...args])).code, 0);
  const source = await Deno.readTextFile(new URL("../config/valid/client.toml", import.meta.url));
  await Deno.writeTextFile(`${folder}/client.toml`, source.replace("lan0", name));
  return `${folder}/client.toml`;
}

Deno.test("check says what it would do, and all problems at once with exit code 1", async () => {
  await withFolder(async (folder) => {
    const file = await writeClient(folder, "none0");
    await Deno.chmod(`${folder}/branch-1.secret`, 0o644);
    const { code, stdout, stderr } = await pppoeProxy(["check", "-c", file], {
      DENO_CERT: AUTHORITY_FILE,
    });
    assertEquals(code, 1);
    assertStringIncludes(stdout, 'Connects to 192.0.2.2:8443 as "branch-1"');
    for (const problem of ['"none0"', "DENO_CERT is set", "chmod 600"]) {
      assertStringIncludes(stderr, problem);
    }
    assertEquals(stderr.trim().split("\n").length, 3);
  });
});

const AUTHORITY_FILE = new URL("./authority.crt", import.meta.url).pathname;
