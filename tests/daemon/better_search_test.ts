import { assertEquals } from "@std/assert";
import { BetterSearch, type Candidate } from "../../src/daemon/better_search.ts";
import type { Dialled } from "../../src/daemon/dial_search.ts";
import { until } from "../until.ts";

/** A connection that notes whether it is closed. */
function connection(): Dialled & { isClosed: () => boolean } {
  let isClosed = false;
  const connection = {
    read: () => Promise.resolve(null),
    write: ({ length }: Uint8Array) => Promise.resolve(length),
    close: () => void (isClosed = true),
  };
  return { server: 0, transport: "quic", connection, detail: "", isClosed: () => isClosed };
}

/** A candidate that is tried at once, and its attempts. */
function candidate() {
  const attempts: PromiseWithResolvers<Dialled>[] = [];
  const dialled: Candidate = {
    after: () => 0,
    dial(): Promise<Dialled> {
      const attempt = Promise.withResolvers<Dialled>();
      attempts.push(attempt);
      return attempt.promise;
    },
  };
  return { attempts, dialled };
}

Deno.test("a search that finishes waits for the login that is under way, and uses it", async () => {
  const { attempts, dialled } = candidate();
  const search = new BetterSearch([dialled]);
  await until(() => attempts.length === 1);
  const found = search.finish();
  const next = connection();
  attempts[0].resolve(next);
  assertEquals(await found, next);
  assertEquals(next.isClosed(), false);
});

Deno.test("a search that finishes ends with the failure of the last attempt, and begins none", async () => {
  const [one, other] = [candidate(), candidate()];
  const search = new BetterSearch([one.dialled, other.dialled]);
  await until(() => one.attempts.length + other.attempts.length === 2);
  const found = search.finish();
  for (const { attempts } of [one, other]) attempts[0].reject(new Error("of the test"));
  assertEquals(await found, undefined);
  assertEquals([one.attempts.length, other.attempts.length], [1, 1]);
});

Deno.test("a search that finishes without an attempt under way ends at once", async () => {
  const { attempts, dialled } = candidate();
  const found = new BetterSearch([{ ...dialled, after: () => 600_000 }]).finish();
  assertEquals([await found, attempts.length], [undefined, 0]);
});

Deno.test("a search that finishes gives an attempt up after a second, and closes a later connection", async () => {
  const { attempts, dialled } = candidate();
  const search = new BetterSearch([dialled]);
  await until(() => attempts.length === 1);
  assertEquals(await search.finish(), undefined);
  const late = connection();
  attempts[0].resolve(late);
  await until(late.isClosed);
});
