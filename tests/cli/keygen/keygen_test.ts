import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { readPin } from "../../../src/config/files/certificate.ts";
import { readSecret } from "../../../src/config/files/secrets.ts";
import { makeSelfSigned } from "../../../src/cli/keygen/self_signed.ts";
import { pppoeProxy, withFolder } from "../process.ts";

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

/**
 * Performs a TLS handshake on loopback with `certificate` and a client that accepts only `pinned`.
 */
async function shakeHands(certificate: string, key: string, pinned: string): Promise<void> {
  using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: certificate, key });
  const serve = async (): Promise<void> => {
    using connection = await listener.accept();
    await connection.handshake();
  };
  const serving = serve().catch(() => {});
  const { port } = listener.addr as Deno.NetAddr;
  try {
    using tls = await Deno.startTls(await Deno.connect({ hostname: "127.0.0.1", port }), {
      hostname: "pinned.invalid",
      caCerts: [pinned],
      unsafelyDisableHostnameVerification: true,
    });
    await tls.handshake();
  } finally {
    await serving;
  }
}

Deno.test("keygen token writes a valid token and says which key to set", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/admin.token`;
    const { code, stdout } = await pppoeProxy(["keygen", "token", file]);
    assertEquals([code, await modeOf(file)], [0, 0o600]);
    assertStringIncludes(stdout, "token_file under [admin]");
    assertEquals((await readSecret(file, "token")).length, 32);
    await Deno.writeTextFile(file, "short\n");
    await assertRejects(() => readSecret(file, "token"), Error, "keygen token");
  });
});

Deno.test("keygen secret writes a secret that only its owner can read, and never overwrites", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/branch-1.secret`;
    const first = await pppoeProxy(["keygen", "secret", file]);
    assertEquals([first.code, first.stderr], [0, ""]);
    assertEquals(await modeOf(file), 0o600);
    const text = await Deno.readTextFile(file);
    assertMatch(text, /^[0-9a-f]{64}\n$/);
    assertEquals((await readSecret(file)).length, 32);
    assertEquals(first.stdout.includes(text.trim()), false);

    const second = await pppoeProxy(["keygen", "secret", file]);
    assertEquals(second.code, 1);
    assertStringIncludes(second.stderr, "it exists and is not overwritten");
    assertEquals(await Deno.readTextFile(file), text);
  });
});

Deno.test("a file that cannot be written is named with the reason and what to do", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const why: [path: string, reason: string][] = [
      [`${folder}/none/x`, "no such directory; create it first"],
      [`${folder}/file/x`, "a part of its path is a file, not a directory; check the path"],
      ["/dev/full", "the disk is full; make room, or choose another place"],
      ["/sys/x", "permission denied; run this as root, or choose a place where you may write"],
    ];
    for (const [path, reason] of why) {
      const { code, stdout, stderr } = await pppoeProxy(["keygen", "secret", path]);
      assertEquals([path, code, stdout], [path, 1, ""]);
      assertEquals(stderr, `pppoe-proxy: Cannot write "${path}": ${reason}\n`);
    }
  });
});

Deno.test("keygen certificate writes a pair that TLS accepts if it is pinned", async () => {
  await withFolder(async (folder) => {
    const args = ["keygen", "certificate", "--name", "proxy.example", "--out-dir", folder];
    const { code, stdout, stderr } = await pppoeProxy(args);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(await modeOf(`${folder}/server.key`), 0o600);
    const certificate = await Deno.readTextFile(`${folder}/server.crt`);
    const key = await Deno.readTextFile(`${folder}/server.key`);
    assertStringIncludes(stdout, (await readPin(certificate)).toHex());
    await shakeHands(certificate, key, certificate);
  });
});

Deno.test("an existing file is kept, and no incomplete pair is left behind", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/server.crt`, "precious");
    const args = ["keygen", "certificate", "--name", "192.0.2.2", "--out-dir", folder];
    const { code, stderr } = await pppoeProxy(args);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "server.crt");
    assertEquals(await Deno.readTextFile(`${folder}/server.crt`), "precious");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["server.crt"]);
  });
});

Deno.test("a certificate for the same name that is not the pinned one is refused", async () => {
  const [one, other] = await Promise.all([
    makeSelfSigned("proxy.example", 10, new Date()),
    makeSelfSigned("proxy.example", 10, new Date()),
  ]);
  await shakeHands(one.certificate, one.key, one.certificate);
  await assertRejects(() => shakeHands(one.certificate, one.key, other.certificate));
});

Deno.test("certificates can be generated for IPv6 addresses and for 100 years", async () => {
  const { certificate, key } = await makeSelfSigned("2001:db8::1", 36_500, new Date());
  await shakeHands(certificate, key, certificate);
});
