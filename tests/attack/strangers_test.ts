import { assert, assertEquals } from "@std/assert";
import { libc } from "../../ffi/libc.ts";
import { Backoff } from "../../src/daemon/backoff.ts";
import { abandon } from "../../src/tunnel/transport/connection.ts";
import { decodeAlert, TlsAlert, TOO_BUSY } from "../../src/tunnel/tls/tls_alert.ts";
import { insideLab } from "../lab/lab.ts";
import { runCommand } from "../lab/process.ts";
import { attackServer } from "./attacked_server.ts";
import { RawTcp } from "./raw_tcp.ts";
import { captureClientHello } from "./strangers.ts";

const ignore = !insideLab();
/** Descriptors that are open briefly: an accepted connection, and its transfer. */
const SLACK = 4;
const admission = (settings: string): string => `[tunnel.admission]\n${settings}`;
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** How long what a server frees may remain on a loaded machine, in milliseconds. */
const FREED = 60_000;
/** Time for all clients of a server to return on a loaded machine, in milliseconds. */
const RETURN = 120_000;

/** Waits until a condition holds, for at most `milliseconds`. */
async function within(milliseconds: number, holds: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (!await holds()) {
    if (performance.now() > end) return false;
    await pause(20);
  }
  return true;
}

Deno.test({
  name: "S1: idle strangers hold no more descriptors than the limits per address and in total",
  ignore,
  fn: () =>
    attackServer(
      { server: admission('unauthenticated = 32\ntimeout = "5s"') },
      [],
      async (server) => {
        const rest = await server.descriptors();
        const strangers = Array.from({ length: 300 }, () => new RawTcp("127.66.0.1", server.port));
        let ofOne = 0;
        const few = async (): Promise<boolean> => (ofOne = await server.descriptors() - rest) <= 4;
        // Before the first one times out.
        assert(await within(4_000, few), `${ofOne} descriptors of one address`);
        let most = 0;
        for (let index = 0; index < 1_000; index++) {
          strangers.push(new RawTcp(`127.66.1.${1 + index % 100}`, server.port));
          if (index % 50 === 0) await pause(5);
          most = Math.max(most, await server.descriptors() - rest);
        }
        assert(most <= 32 + SLACK, `${most} descriptors`);
        assert(await within(FREED, async () => await server.descriptors() <= rest), "not freed");
        for (const stranger of strangers) stranger.close();
      },
    ),
});

Deno.test({
  name: "S1: an address exceeds its share only briefly, during its hello",
  ignore,
  fn: () =>
    attackServer({ server: admission('timeout = "20s"') }, [], async (server) => {
      const rest = await server.descriptors();
      let most = 0;
      const strangers: RawTcp[] = [];
      for (let index = 0; index < 300; index++) {
        strangers.push(new RawTcp("127.66.0.1", server.port));
        if (index % 10 === 0) await pause(2);
        if (index % 50 === 0) most = Math.max(most, await server.descriptors() - rest);
      }
      assert(most <= 16 + SLACK, `${most} descriptors of one address`);
      // Before the first one times out.
      assert(await within(15_000, async () => await server.descriptors() - rest <= 4), "too long");
      for (const stranger of strangers) stranger.close();
    }),
});

/** Changes a hello to offer only TLS 1.2: 0x0304 in supported_versions becomes 0x0302. */
function withoutTls13(hello: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const old = hello.slice();
  const at = hello.findIndex((_, i) => hello[i] === 0 && hello[i + 1] === 43 && hello[i + 5] === 3);
  const end = at + 5 + hello[at + 4];
  for (let i = at + 5; i < end; i += 2) if (old[i] === 3 && old[i + 1] === 4) old[i + 1] = 2;
  return old;
}

Deno.test({
  name:
    "S4 T4: whatever strangers send or omit, they get an alert with the reason, and nothing remains",
  ignore,
  fn: () =>
    attackServer({ server: admission('timeout = "3s"') }, [], async (server) => {
      const rest = await server.descriptors();
      const hello = await captureClientHello();
      const said: Record<string, [Uint8Array<ArrayBuffer>, number | "any" | undefined]> = {
        "nothing": [new Uint8Array(0), undefined],
        "100 bytes of a hello": [hello.slice(0, 100), undefined],
        "all but a byte": [hello.slice(0, -1), undefined],
        "another protocol": [
          new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
          TlsAlert.decodeError,
        ],
        "TLS 1.2": [withoutTls13(hello), TlsAlert.protocolVersion],
        "another ALPN name": [
          hello.map((byte, i) => hello[i + 1] === 47 && byte === 121 ? 122 : byte),
          TlsAlert.noApplicationProtocol,
        ],
        "part of a hello and 200 KiB": [
          Uint8Array.from([...hello.slice(0, -1), ...new Uint8Array(200_000).fill(22)]),
          "any",
        ],
      };
      await Promise.all(
        Object.entries(said).map(async ([what, [words, alert]], index) => {
          const stranger = new RawTcp(`127.66.0.${1 + index}`, server.port);
          await pause(5);
          if (words.length > 0) stranger.send(words);
          const heard = await stranger.lastWords();
          if (alert !== "any") assertEquals([what, decodeAlert(heard)], [what, alert]);
          stranger.close();
        }),
      );
      const whole = new RawTcp("127.66.0.1", server.port);
      await pause(5);
      whole.send(hello); // nothing more: TLS answers and times out
      assert((await whole.lastWords()).length > 100);
      whole.close();
      assert(await within(FREED, async () => await server.descriptors() <= rest), "not freed");
    }),
});

Deno.test({
  name: "S4: connections beyond the limit are refused before TLS, with an alert",
  ignore,
  fn: () =>
    attackServer({ server: admission('per_address = 1\ntimeout = "1m"') }, [], async (server) => {
      const hello = await captureClientHello();
      const first = new RawTcp("127.66.0.1", server.port);
      await pause(50);
      first.send(hello); // a silent connection would be evicted
      await first.firstWords();
      for (let index = 0; index < 3; index++) {
        const stranger = new RawTcp("127.66.0.1", server.port);
        stranger.send(hello);
        assertEquals(decodeAlert(await stranger.lastWords()), TOO_BUSY);
        stranger.close();
      }
      const line = await server.process.waitForLine(/tunnel rejected/);
      assert(/too-many-connections/.test(line) && /address-limit/.test(line), line);
      first.close();
    }),
});

/** Makes this process accept almost none of the data that a socket receives. */
function takeNothing(socket: number): void {
  const [SOL_SOCKET, SO_RCVBUF, SO_RCVLOWAT] = [1, 8, 18];
  for (const [option, bytes] of [[SO_RCVBUF, 4_096], [SO_RCVLOWAT, 1 << 20]]) {
    const value = new Uint8Array(new Int32Array([bytes]).buffer);
    libc().setsockopt(socket, SOL_SOCKET, option, value, value.length);
  }
}

Deno.test({
  name: "S4: a client that reads no answers holds no descriptor after its tunnel is closed",
  ignore,
  fn: () => {
    const keepalive = '[tunnel.keepalive]\ninterval = "500ms"\ntimeout = "2s"';
    return attackServer({ server: keepalive }, ["second"], async (server) => {
      const rest = await server.descriptors();
      let socket = -1;
      const connection = await server.logIn("second", (number) => {
        socket = number;
      });
      takeNothing(socket);
      await connection.write(Uint8Array.of(0x80, 1, 0, 8, 1)); // an empty session list
      // The maximum burst of long pings, whose pongs are never read.
      const ping = new Uint8Array(4 + 1_024);
      new DataView(ping.buffer).setUint32(0, 2 << 30 | 1_024 << 16 | 6);
      for (let index = 0; index < 60; index++) await connection.write(ping);
      await server.process.waitForLine(/tunnel lost.*second.*keepalive-timeout/);
      assert(await within(FREED, async () => await server.descriptors() <= rest), "not freed");
      abandon(connection);
    });
  },
});

for (const count of [24, 200]) {
  Deno.test({
    name: `S3: ${count} clients behind one address that reconnect at once are all connected soon`,
    ignore,
    fn: () => {
      const names = Array.from({ length: count }, (_, index) => `client-${index}`);
      return attackServer({}, names, async (server) => {
        let began = performance.now();
        const comeBack = async (name: string) => {
          // Like a daemon that holds sessions.
          const backoff = new Backoff({ base: 500, cap: 2_000, reset: 60_000 }, Math.random);
          while (performance.now() - began < RETURN) {
            try {
              return await server.logIn(name);
            } catch {
              await pause(backoff.next(0));
            }
          }
          throw new Error(`"${name}" could not log in`);
        };
        const first = await Promise.all(names.map(comeBack));
        first.forEach(abandon);
        await pause(500);
        began = performance.now(); // from now on their address is known
        (await Promise.all(names.map(comeBack))).forEach(abandon);
        await server.process.waitForLine(/tunnel (lost|closed)/);
      });
    },
  });
}

Deno.test({
  name: "S5: a neighbour behind the same address that holds all its places blocks no client",
  ignore,
  fn: () =>
    attackServer({}, ["second"], async (server) => {
      let over = false;
      const neighbour = (async () => {
        while (!over) {
          const held = Array.from({ length: 8 }, () => new RawTcp("127.0.0.1", server.port));
          await pause(1_250);
          for (const each of held) each.close();
        }
      })();
      for (let attempt = 0; attempt < 10; attempt++) {
        await pause(400);
        abandon(await server.logIn("second"));
      }
      over = true;
      await neighbour;
    }),
});

Deno.test({
  name: "S5: 100 silent connections per second behind the same address block no client",
  ignore,
  fn: () =>
    attackServer({}, ["second"], async (server) => {
      const begun: RawTcp[] = [];
      const flood = setInterval(() => begun.push(new RawTcp("127.0.0.1", server.port)), 10);
      await pause(500);
      let failed = 0;
      for (let attempt = 0; attempt < 10; attempt++) {
        await server.logIn("second").then(abandon, () => failed++);
      }
      clearInterval(flood);
      for (const each of begun) each.close();
      assert(failed <= 2, `${failed} of 10 logins failed`);
    }),
});

Deno.test({
  name:
    "S5 S6: strangers from any number of IPv6 networks and addresses block no client and do not fill the log",
  ignore,
  async fn() {
    await Deno.writeTextFile("/proc/sys/net/ipv6/ip_nonlocal_bind", "1");
    await runCommand("ip", "-6", "route", "add", "local", "2001:db8::/32", "dev", "lo");
    const options = { host: "[::1]" };
    await attackServer(options, ["second"], async (server) => {
      const lines = server.process.output.length;
      const started = performance.now();
      let next = 0;
      const begun: RawTcp[] = [];
      const begin = (source: string): void => void begun.push(new RawTcp(source, server.port));
      for (let attempt = 0; attempt < 5; attempt++) {
        for (let index = 0; index < 20; index++, next++) {
          begin(`2001:db8:0:${(0x100 + next % 60).toString(16)}::1`);
        }
        abandon(await server.logIn("second"));
        await pause(200);
      }
      for (let index = 0; index < 5_000; index++) {
        begin(`2001:db8:1:1::${index.toString(16)}`);
        if (index % 50 === 0) {
          for (const each of begun.splice(0)) each.close();
          await pause(2);
        }
      }
      abandon(await server.logIn("second"));
      const told = server.process.output.entries.slice(lines).filter((line) =>
        /rejected/.test(line)
      );
      // The flood takes longer on a loaded machine.
      const seconds = (performance.now() - started) / 1_000;
      assert(told.length < 40 + 4 * seconds, `${told.length} lines in ${seconds} s`);
      await server.process.waitForLine(/more tunnels rejected/);
    });
  },
});
