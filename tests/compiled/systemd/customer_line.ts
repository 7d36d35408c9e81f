/** A customer's line through the daemons of the booted system, with its AC. */
import { assertEquals } from "@std/assert";
import { Lab } from "../../lab/lab.ts";
import { startTestAc } from "../../lab/peers/test_ac.ts";
import { startTestClient } from "../../lab/peers/test_client.ts";
import { GUEST_PROGRAMS } from "../../lab/uml/guest.ts";
import { startLine } from "../../lab/uml/line.ts";
import { missingPackages } from "../../needs.ts";
import { untilCarried } from "./steps.ts";

const PAYLOAD = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);

/** A line with one open session; it is not dialled again. */
export interface CustomerLine extends AsyncDisposable {
  /** Resolves once data that is sent from now on has passed to the AC and back. */
  carried(): Promise<void>;
  /** Resolves once the session has ended at the AC. */
  ended(): Promise<void>;
}

/** Dials with the lab's own peers. */
export async function dialTestLine(): Promise<CustomerLine> {
  const ac = startTestAc({ interface: "ac0", name: "lab-ac" });
  const customer = startTestClient("cust0");
  const session = await customer.dial();
  return {
    async carried() {
      await untilCarried(session, PAYLOAD);
      assertEquals(ac.sessions.size, 1);
    },
    async ended() {
      await session.ended;
      assertEquals(ac.sessions.size, 0);
    },
    async [Symbol.asyncDispose]() {
      await customer[Symbol.asyncDispose]();
      await ac[Symbol.asyncDispose]();
    },
  };
}

/** Dials with pppd of real kernels on both ends where these can run, otherwise with the lab's peers. */
export async function dialLine(): Promise<CustomerLine> {
  if (missingPackages(GUEST_PROGRAMS).length > 0) return await dialTestLine();
  const lab = await Lab.open();
  const { ac, customer } = await startLine(lab, "never");
  return {
    async carried() {
      await customer.waitForLine(/^LAB (PONG|FAIL)/, { since: customer.output.length });
      assertEquals(customer.output.all((line) => line.startsWith("LAB FAIL")), []);
    },
    async ended() {
      await ac.waitForLine(/^LAB SESSIONS\s*$/);
    },
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  };
}
