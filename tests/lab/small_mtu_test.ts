import { assertEquals } from "@std/assert";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { type DialedSession, startTestClient } from "./peers/test_client.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { layLongPath } from "./relay/long_path.ts";
import type { Conditions } from "./relay/relay.ts";

const ignore = !insideLab();

/** PPP payload of a full frame (RFC 2516 section 7), in bytes. */
const FULL = 1_492;
/** The smallest MTU of a path with IPv6 (RFC 8200 section 5), in bytes. */
const SMALL = { largest: 1_280 };

/** Sends a full frame until one comes back. */
async function echoFull(session: DialedSession): Promise<void> {
  const payload = new Uint8Array(FULL).fill(9);
  const timer = setInterval(() => session.send(payload), 250);
  try {
    await session.echo(payload);
  } finally {
    clearInterval(timer);
  }
}

/** Echoes full frames across a path with these conditions, which change to `later`. */
async function cross(
  transport: "tls" | "quic",
  first: Conditions,
  later: Conditions = {},
): Promise<void> {
  await using lab = await Lab.open();
  await lab.cables();
  const path = await layLongPath(lab, { delay: 5, seed: 1, ...first });
  lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
  const { client } = await startProxyPair(lab, { transport, path });
  const session = await lab.use(startTestClient("cust0")).dial({});
  await echoFull(session);
  await path.change(later);
  for (let frame = 0; frame < 20; frame++) await echoFull(session);
  const ends = client.output.entries.filter((line) => /tunnel (lost|closed)/.test(line));
  assertEquals(ends, []);
}

for (const transport of ["tls", "quic"] as const) {
  Deno.test({
    name: `${transport} crosses a path that drops packets over 1,280 bytes silently`,
    ignore,
    fn: () => cross(transport, SMALL),
  });

  for (const direction of ["there", "back"] as const) {
    Deno.test({
      name: `a ${transport} tunnel lives on when its path begins to drop packets over 1,280 bytes ${
        direction === "there" ? "from" : "to"
      } the client`,
      ignore,
      fn: () => cross(transport, {}, { [direction]: SMALL }),
    });
  }
}
