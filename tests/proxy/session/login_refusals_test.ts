import { assertEquals } from "@std/assert";
import { LoginRefusals } from "../../../src/proxy/session/login_refusals.ts";
import type { Session } from "../../../src/proxy/session/session.ts";
import { chapFailure } from "../../lab/failures/scenes.ts";

Deno.test("however many logins an AC refuses, a bounded number per second is reported", () => {
  let now = 0;
  const told: string[] = [];
  const refusals = new LoginRefusals({
    now: () => now,
    loginRefused: (_session, { text }) => void told.push(text),
  });
  const frame = chapFailure("Login incorrect");
  const flood = () => {
    for (let i = 0; i < 10_000; i++) refusals.packet({} as Session, frame, 0, frame.length);
  };
  flood();
  assertEquals([told.length, told[0]], [32, "Login incorrect"]);
  now = 1_000;
  flood();
  assertEquals(told.length, 42);
});
