import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { makeSelfSigned, type SelfSigned } from "../../src/cli/keygen/self_signed.ts";
import { collector } from "../../src/daemon/memory_reclaim.ts";
import { abandon, type Connection } from "../../src/tunnel/transport/connection.ts";
import { dialQuic } from "../../src/tunnel/quic/quic.ts";
import { QuicListener } from "../../src/tunnel/quic/quic_listener.ts";
import { dialTls } from "../../src/tunnel/tls/tls.ts";
import { TlsListener } from "../../src/tunnel/tls/tls_listener.ts";
import { TLS_NAME } from "../../src/tunnel/tls/tls_identity.ts";
import type { Listener } from "../../src/tunnel/transport/listener.ts";
import { closeTrust } from "../../src/tunnel/tls/trust_environment.ts";
import { canBecomePlainUser, NOBODY } from "../lab/plain_user.ts";
import { PATIENCE, until } from "../until.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const certificates = await Promise.all(
  [1, 2, 3].map(() => makeSelfSigned("server.example", 2, new Date())),
);
const [first, second, third] = certificates;

interface Transport {
  name: string;
  listen: (shown: SelfSigned) => Listener;
  dial: (port: number, certificate: string) => Promise<Connection>;
}

const transports: Transport[] = [
  {
    name: "TLS",
    listen: ({ certificate, key }) => new TlsListener(LOOPBACK, certificate, key, () => {}),
    dial: (port, certificate) =>
      dialTls({ ...LOOPBACK, port }, { certificates: [certificate] }, PATIENCE, () => {}),
  },
  {
    name: "QUIC",
    listen: ({ certificate, key }) => new QuicListener(LOOPBACK, certificate, key),
    dial: (port, certificate) =>
      dialQuic({ ...LOOPBACK, port }, { certificates: [certificate] }, PATIENCE),
  },
];

/** Runs `body` with a listener whose connections, `accepted`, stay open. */
async function serving(
  listener: Listener,
  body: (accepted: Connection[]) => Promise<void>,
): Promise<void> {
  closeTrust();
  const accepted: Connection[] = [];
  const serve = async (): Promise<void> => {
    while (true) {
      const incoming = await listener.accept();
      incoming.open().then((connection) => accepted.push(connection), () => incoming.close());
    }
  };
  const served = assertRejects(serve, Deno.errors.BadResource);
  try {
    await body(accepted);
  } finally {
    listener.close();
    await served;
    accepted.forEach(abandon);
  }
}

for (const { name, listen, dial } of transports) {
  Deno.test({
    name: `${name}: a renewed certificate is presented to new connections, and open ones continue`,
    sanitizeOps: false,
    sanitizeResources: false, // QUIC's sockets close after their last packets
    fn: () => {
      const listener = listen(first);
      return serving(listener, async (accepted) => {
        const open = await dial(listener.port, first.certificate);
        await open.write(Uint8Array.of(1));
        await until(() => accepted.length === 1);
        for (const [former, next] of [[first, second], [second, third]]) {
          (await listener.renew(next.certificate, next.key)).commit();
          await assertRejects(() => dial(listener.port, former.certificate));
          abandon(await dial(listener.port, next.certificate));
        }
        const byte = new Uint8Array(1);
        await accepted[0].read(byte);
        await accepted[0].write(Uint8Array.of(9));
        await open.read(byte);
        assertEquals(byte[0], 9);
        abandon(open);
      });
    },
  });

  Deno.test({
    name: `${name}: a certificate that does not match its key is refused, and the former one stays`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => {
      const listener = listen(first);
      return serving(listener, async () => {
        await assertRejects(() => listener.renew(second.certificate, third.key));
        await assertRejects(() => listener.renew("no certificate", third.key));
        abandon(await dial(listener.port, first.certificate));
        (await listener.renew(second.certificate, second.key)).cancel();
        abandon(await dial(listener.port, first.certificate));
        (await listener.renew(third.certificate, third.key)).commit();
        abandon(await dial(listener.port, third.certificate));
      });
    },
  });
}

for (const { name, listen, dial } of transports) {
  Deno.test({
    name: `I2: ${name}: a renewed port accepts connections after garbage has been collected`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => {
      const listener = listen(first);
      const collect = collector();
      return serving(listener, async () => {
        for (const next of [second, third, first]) {
          (await listener.renew(next.certificate, next.key)).commit();
          for (let round = 0; round < 3; round++) {
            abandon(await dial(listener.port, next.certificate));
            collect();
          }
        }
        (await listener.renew(second.certificate, second.key)).cancel();
        for (let round = 0; round < 3; round++) {
          collect();
          abandon(await dial(listener.port, first.certificate));
        }
      });
    },
  });
}

const NOBODY_RUNS = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];

/** Whether "nobody" can run this Deno, whose folder may be private. */
function othersRunDeno(): boolean {
  const [program, ...args] = [...NOBODY_RUNS, Deno.execPath(), "--version"];
  return canBecomePlainUser() && new Deno.Command(program, { args }).outputSync().success;
}

/** Whether another process of this user, or of "nobody", can also listen on the port. */
async function canShare(port: number, ...as: string[]): Promise<boolean> {
  const script = `Deno.listen({ hostname: "127.0.0.1", port: ${port}, reusePort: true }).close()`;
  const [program, ...args] = [...as, Deno.execPath(), "eval", "--unstable-net", script];
  // Nobody, not even root, can make this folder: other tests would find it.
  const env = { HOME: "/proc/none", DENO_DIR: "/proc/none", DENO_NO_UPDATE_CHECK: "1" };
  const { success, stderr } = await new Deno.Command(program, { args, env }).output();
  const said = new TextDecoder().decode(stderr);
  if (!success) assertMatch(said, /AddrInUse/);
  return success;
}

Deno.test({
  name: "TLS: no other process can listen on the port, not even after a renewal",
  ignore: !othersRunDeno(),
  async fn() {
    const listener = new TlsListener(LOOPBACK, first.certificate, first.key, () => {});
    await serving(listener, async () => {
      (await listener.renew(second.certificate, second.key)).commit();
      const { port } = listener;
      assertEquals([await canShare(port), await canShare(port, ...NOBODY_RUNS)], [false, false]);
    });
  },
});

Deno.test("TLS: no connection is refused while the certificate changes repeatedly", () => {
  const listener = new TlsListener(LOOPBACK, first.certificate, first.key, () => {});
  return serving(listener, async (accepted) => {
    const any = certificates.map(({ certificate }) => certificate);
    let dialled = 0;
    let over = false;
    const dialOn = async (): Promise<void> => {
      while (!over) {
        const tcp = await Deno.connect({ hostname: "127.0.0.1", port: listener.port });
        const tls = await Deno.startTls(tcp, {
          hostname: TLS_NAME,
          caCerts: any,
          alpnProtocols: ["pppoe-proxy/1"],
        });
        await tls.handshake();
        dialled++;
        tls.close();
      }
    };
    const dialling = Promise.all([dialOn(), dialOn(), dialOn()]);
    for (const { certificate, key } of [second, third]) {
      (await listener.renew(certificate, key)).commit();
    }
    over = true;
    await dialling;
    assertEquals(dialled > 0, true);
    await until(() => accepted.length === dialled);
  });
});
