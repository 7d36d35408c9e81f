import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TLS_NAME } from "../../src/tunnel/tls/tls_identity.ts";
import { issue } from "./authority.ts";

const DIAL = new URL("environment_dial.ts", import.meta.url).pathname;
const PATH = Deno.env.get("PATH") ?? "";

/** A folder with an authority, a server certificate that it issued, and one to pin. */
async function withCertificates(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const authority = await issue({ subject: "CN=Extra", ca: true });
    const server = await issue({ issuer: authority, names: [TLS_NAME] });
    const pinned = await issue();
    const files = { authority, server, pinned };
    for (const [name, { certificate, key }] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}.crt`, certificate);
      await Deno.writeTextFile(`${folder}/${name}.key`, key);
    }
    await Deno.mkdir(`${folder}/certs`);
    await Deno.copyFile(`${folder}/authority.crt`, `${folder}/certs/authority.pem`);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Circumstances {
  env?: Record<string, string>;
  options?: string[];
  open?: boolean;
  /** Variables with a value that is not UTF-8, which Deno cannot set itself. */
  garbage?: string[];
}

/** The output of a process that dials a server of that authority with this environment. */
async function dial(
  folder: string,
  { env = {}, options = [], open, garbage = [] }: Circumstances = {},
): Promise<string> {
  const files = ["server.crt", "server.key", "pinned.crt"].map((name) => `${folder}/${name}`);
  const script = garbage.map((name) => `export ${name}=$(printf '\\377')\n`).join("");
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `${script}exec "$@"`, "sh", Deno.execPath(), "run", "-A", "--cached-only"]
      .concat("--quiet", ...options, DIAL, ...files, open ? ["open"] : []),
    cwd: folder,
    clearEnv: true,
    env: {
      PATH,
      HOME: Deno.env.get("HOME") ?? "",
      DENO_DIR: Deno.env.get("DENO_DIR") ?? "",
      ...env,
    },
  }).output();
  return new TextDecoder().decode(stdout);
}

const REFUSED = /^ignored (.*)\ntls refused: .*UnknownIssuer\)\nquic refused: .*UnknownIssuer\)\n$/;

/** Environment variables and their values, given a folder as above. */
const VARIABLES: Record<string, (folder: string) => Record<string, string>> = {
  NODE_EXTRA_CA_CERTS: (folder) => ({ NODE_EXTRA_CA_CERTS: `${folder}/authority.crt` }),
  DENO_CERT: (folder) => ({ DENO_CERT: `${folder}/authority.crt` }),
  SSL_CERT_FILE: (folder) => ({
    SSL_CERT_FILE: `${folder}/authority.crt`,
    DENO_TLS_CA_STORE: "system,mozilla",
  }),
  SSL_CERT_DIR: (folder) => ({ SSL_CERT_DIR: `${folder}/certs`, DENO_TLS_CA_STORE: "system" }),
  NODE_TLS_REJECT_UNAUTHORIZED: () => ({ NODE_TLS_REJECT_UNAUTHORIZED: "0" }),
  NODE_USE_SYSTEM_CA: (folder) => ({
    NODE_USE_SYSTEM_CA: "1",
    NODE_OPTIONS: "--use-system-ca --use-openssl-ca",
    SSL_CERT_FILE: `${folder}/authority.crt`,
  }),
  DENO_NODE_USE_OPENSSL_CA: (folder) => ({
    DENO_NODE_USE_OPENSSL_CA: "1",
    SSL_CERT_FILE: `${folder}/authority.crt`,
  }),
};

Deno.test("T2: no variable of the environment adds an authority to the pin, over TLS and QUIC", async () => {
  await withCertificates(async (folder) => {
    // Control: without closeTrust, these authorities are accepted.
    for (const name of ["NODE_EXTRA_CA_CERTS", "DENO_CERT", "SSL_CERT_FILE"]) {
      const env = VARIABLES[name](folder);
      assertEquals(await dial(folder, { env, open: true }), "tls accepted\nquic accepted\n", name);
    }
    assertMatch(await dial(folder), REFUSED);
    for (const [name, variables] of Object.entries(VARIABLES)) {
      const said = await dial(folder, { env: variables(folder) });
      assertEquals([name, REFUSED.test(said), said.includes(name)], [name, true, true], said);
    }
  });
});

Deno.test("T2 T5: a variable whose value is not UTF-8 is ignored or refused like any other", async () => {
  await withCertificates(async (folder) => {
    const said = await dial(folder, { garbage: ["SSL_CERT_FILE", "NODE_USE_SYSTEM_CA"] });
    assertMatch(said, REFUSED);
    for (const name of ["SSL_CERT_FILE", "NODE_USE_SYSTEM_CA"]) assertStringIncludes(said, name);
    const keys = await dial(folder, { garbage: ["SSLKEYLOGFILE"] });
    assertStringIncludes(keys, '"SSLKEYLOGFILE" is set');
  });
});

Deno.test("T2: options of Deno that would accept other servers are refused", async () => {
  await withCertificates(async (folder) => {
    for (
      const options of [
        ["--cert", `${folder}/authority.crt`],
        [`--cert=${folder}/authority.crt`],
        ["--unsafely-ignore-certificate-errors"],
        ["--unsafely-ignore-certificate-errors=pppoe-proxy.invalid"],
      ]
    ) {
      const said = await dial(folder, { options });
      assertStringIncludes(said, "servers other than the pinned one would be accepted");
      assertEquals(said.includes("accepted\n"), false);
    }
  });
});

Deno.test("T5: with SSLKEYLOGFILE nothing is dialled, and no key is written", async () => {
  await withCertificates(async (folder) => {
    const file = `${folder}/keys`;
    const env = { SSLKEYLOGFILE: file };
    await dial(folder, { env, open: true });
    assertEquals((await Deno.readTextFile(file)).includes("SECRET"), true); // Deno would write it
    await Deno.remove(file);
    assertStringIncludes(await dial(folder, { env }), '"SSLKEYLOGFILE" is set');
    assertEquals(await Deno.readTextFile(file).catch(() => ""), "");
  });
});
