import { assertEquals } from "@std/assert";
import { LoginRefusals } from "../../../src/proxy/session/login_refusals.ts";
import { newPeer, type Peer, type Session } from "../../../src/proxy/session/session.ts";
import { chapFailure } from "../../lab/failures/scenes.ts";

const frame = chapFailure("Login incorrect");

/** Counts what is reported of each client. */
class World {
  time = 0;
  readonly reported: Record<string, number> = {};
  readonly refusals = new LoginRefusals({
    now: () => this.time,
    randomBytes: (length) => new Uint8Array(length).fill(7),
    loginRefused: ({ peer: { name } }, { text }) => {
      assertEquals(text, "Login incorrect");
      this.reported[name] = (this.reported[name] ?? 0) + 1;
    },
  });

  /** An AC refuses the login of each of these customers, this many times. */
  refuse(peer: Peer, customers: number, times: number): void {
    for (let i = 0; i < customers * times; i++) {
      const session = { peer, customer: i % customers } as Session;
      this.refusals.packet(session, frame, 0, frame.length);
    }
  }
}

Deno.test("however many logins an AC refuses, a bounded number per second is reported", () => {
  const world = new World();
  const peer = newPeer("a", 0);
  world.refuse(peer, 500, 20);
  assertEquals(world.reported, { a: 36 });
  world.time = 1_000;
  world.refuse(peer, 500, 20);
  assertEquals(world.reported, { a: 47 });
});

Deno.test("H4: the refused logins of one customer, or client, leave the others' reported", () => {
  const world = new World();
  const [mean, honest] = ["mean", "honest"].map((name) => newPeer(name, 0));
  world.refuse(mean, 1, 10_000);
  assertEquals(world.reported, { mean: 4 });
  world.refuse(mean, 1_000, 20);
  assertEquals(world.reported, { mean: 36 });
  world.refuse(honest, 1, 2);
  assertEquals(world.reported, { mean: 36, honest: 2 });
});
