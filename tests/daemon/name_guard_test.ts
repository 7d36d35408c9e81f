import { assertEquals, assertRejects } from "@std/assert";
import { NameGuard } from "../../src/daemon/name_guard.ts";
import type { ProvenClient } from "../../src/tunnel/authenticate.ts";
import type { Peer } from "../../src/proxy/session/session.ts";
import type { Tunnel } from "../../src/tunnel/tunnel.ts";

/** A client that logs in; `answers` counts the questions to its present tunnel. */
function meet(holder: string | undefined, newcomer: string | undefined) {
  let asked = 0;
  const tunnel: Pick<Tunnel, "answers"> = {
    answers: () => {
      asked++;
      return Promise.resolve(true);
    },
  };
  const peer: Pick<Peer, "tunnel" | "joining"> = { tunnel: tunnel as Tunnel, joining: undefined };
  const conflicts: string[] = [];
  const guard = new NameGuard({
    peers: new Map([["a", peer]]),
    conflict: (...of) => void conflicts.push(of.join(" ")),
  });
  guard.hold({ name: "a", instance: holder }, "192.0.2.1:1");
  const client: ProvenClient = {
    name: "a",
    instance: newcomer,
    accept: () => Promise.resolve(),
    refuse: (reason) => Promise.reject(new Error(reason)),
  };
  return { conflicts, asked: () => asked, admitted: guard.admit(client, "192.0.2.2:2") };
}

Deno.test("F1: the process that holds a name replaces its own tunnel, even one that answers", async () => {
  const { conflicts, asked, admitted } = meet("p", "p");
  await admitted;
  assertEquals([conflicts, asked()], [[], 0]);
});

Deno.test("Q6: a refusal names the address to which the holder has moved", async () => {
  const conflicts: string[] = [];
  const answers = { answers: () => Promise.resolve(true) } as unknown as Tunnel;
  const guard = new NameGuard({
    peers: new Map([["a", { tunnel: answers, joining: undefined }]]),
    conflict: (...of) => void conflicts.push(of.join(" ")),
  });
  guard.hold({ name: "a", instance: undefined }, "192.0.2.1:1");
  guard.moved("a", "192.0.2.9:1", "192.0.2.8:1");
  guard.moved("a", "192.0.2.1:1", "192.0.2.3:3");
  await assertRejects(() =>
    guard.admit({
      name: "a",
      instance: "q",
      accept: () => Promise.resolve(),
      refuse: (reason) => Promise.reject(new Error(reason)),
    }, "192.0.2.2:2"), Error);
  assertEquals(conflicts, ["a 192.0.2.2:2 192.0.2.3:3"]);
});

Deno.test("F1: another process, or one that does not name itself, is refused as before", async () => {
  for (const [holder, newcomer] of [["p", "q"], [undefined, "q"], ["p", undefined]]) {
    const { conflicts, admitted } = meet(holder, newcomer);
    await assertRejects(() => admitted, Error, "name-in-use");
    assertEquals(conflicts, ["a 192.0.2.2:2 192.0.2.1:1"]);
  }
  const { admitted } = meet(undefined, undefined);
  await assertRejects(() => admitted, Error, "name-in-use");
});
