import { assert, assertEquals } from "@std/assert";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc, type TestAc } from "./peers/test_ac.ts";
import { type DialedSession, startTestClient, type TestClient } from "./peers/test_client.ts";
import { startProxyPair } from "./proxy_pair.ts";

const ECHO = Uint8Array.of(0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0);
const ECHO_REPLY = Uint8Array.of(0xc0, 0x21, 10, 1, 0, 8, 0, 0, 0, 0);
const IPV4 = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);
/** Time limit of a dial, in milliseconds; a session gives way 4 s after a dial at the limit. */
const PATIENCE = 60_000;
/** Time after which a host asks again, in milliseconds (RFC 2516 section 8). */
const AGAIN = 5_000;

/** Dials like a customer until there is a session. */
async function redial(host: TestClient, hostUniq: Uint8Array): Promise<DialedSession> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await host.dial({ hostUniq, patience: AGAIN });
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

/** Makes the AC answer an LCP echo on each session, as a live one does. */
async function answerEchoes(ac: TestAc, up: DialedSession[]): Promise<void> {
  for (const session of up) await session.echo(ECHO);
  for (const id of ac.sessions.keys()) ac.send(id, ECHO_REPLY);
  for (const { received } of up) {
    await received.first((it) => it[2] === ECHO_REPLY[2], "the reply to an echo");
  }
}

Deno.test({
  name: "B1: a client of two sessions is not locked out by those of an AC that lost power twice",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const server = "[limits]\nsessions_per_client = 2";
    const daemons = await startProxyPair(lab, { server });
    const host = lab.use(startTestClient("cust0"));
    const lines = [1, 2].map((i) => Uint8Array.of(i));
    let up = [await host.dial({ hostUniq: lines[0] }), await host.dial({ hostUniq: lines[1] })];
    for (let turn = 0; turn < 2; turn++) {
      await answerEchoes(ac, up);
      ac.restart({ silent: true });
      for (const session of up) session.send(ECHO);
      up = [await redial(host, lines[0]), await redial(host, lines[1])];
      for (const session of up) await session.echo(IPV4);
      assertEquals(ac.sessions.size, 2);
    }
    assert(daemons.server.output.entries.some((line) => line.includes("gave-way")));
  },
});
