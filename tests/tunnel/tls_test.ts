import { assertEquals, assertStringIncludes } from "@std/assert";
import { makeSelfSigned } from "../../src/cli/self_signed.ts";

const DIAL = new URL("tls_dial.ts", import.meta.url).pathname;

/** A folder with two certificates, a.crt and b.crt, and b's key. */
async function certificates(): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const name of ["a", "b"]) {
    const made = await makeSelfSigned(`${name}.example`, 2, new Date());
    await Deno.writeTextFile(`${folder}/${name}.crt`, made.certificate);
    await Deno.writeTextFile(`${folder}/${name}.key`, made.key);
  }
  return folder;
}

/** Has a server with b's certificate dialled in a process of its own. */
async function dial(folder: string, pin: string, env: Record<string, string>): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--cached-only", "--quiet", DIAL]
      .concat(["b.crt", "b.key", pin].map((file) => `${folder}/${file}`)),
    env,
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("a pinned certificate is the only one accepted, whatever else the system trusts", async () => {
  const folder = await certificates();
  try {
    const systemTrustsB = { DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: `${folder}/b.crt` };
    assertEquals(await dial(folder, "b.crt", {}), "accepted");
    assertStringIncludes(await dial(folder, "a.crt", {}), "UnknownIssuer");
    assertStringIncludes(await dial(folder, "a.crt", systemTrustsB), "UnknownIssuer");
    const refused = await dial(folder, "b.crt", { DENO_CERT: `${folder}/a.crt` });
    assertStringIncludes(refused, '"DENO_CERT" adds an authority');
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
