import { assertEquals, assertMatch } from "@std/assert";
import { CertificateWatch, type UsedCertificate } from "../../src/daemon/certificate_watch.ts";
import { Monitor } from "../../src/daemon/monitor.ts";

const DAY = 86_400_000;
const END = Date.UTC(2030, 0, 1);

function certificate(validTo: number, byte: number): UsedCertificate {
  return {
    use: "pinned",
    path: `/${byte}.crt`,
    pem: "",
    fingerprint: new Uint8Array(32).fill(byte),
    names: "DNS:proxy.example",
    validFrom: END - 365 * DAY,
    validTo,
  };
}

Deno.test("I1: a certificate warning is logged at startup, when it gets worse, and daily", () => {
  let now = END - 40 * DAY;
  const monitor = new Monitor("server", () => now);
  const used = [certificate(END, 1)];
  const watch = new CertificateWatch({ certificates: () => used, monitor, wallClock: () => now });
  const warnings = () =>
    monitor.events.after(0).filter(({ kind }) => kind === "certificate").map(({ facts }) =>
      String(facts.warning)
    );
  /** Checks every minute for this time; returns the number of warnings. */
  const wait = (time: number): number => {
    const before = warnings().length;
    for (const end = now + time; now < end;) {
      now += 60_000;
      watch.look();
    }
    return warnings().length - before;
  };
  try {
    assertEquals(wait(9 * DAY), 0);
    assertEquals(wait(2 * DAY), 1);
    assertMatch(warnings()[0], /expires on 2030-01-01; replace it soon/);
    assertEquals(wait(10 * DAY), 10);
    used.push(certificate(END + 100 * DAY, 2)); // the next certificate is pinned as well
    assertEquals(wait(DAY), 1);
    now = END + 1;
    watch.look();
    assertMatch(warnings().at(-1) ?? "", /expired on 2030-01-01/);
    now -= 1_000 * DAY; // the clock is set back
    watch.look();
    assertMatch(warnings().at(-1) ?? "", /is not valid before/);
    used.splice(0);
    assertEquals(wait(2 * DAY), 0);
  } finally {
    watch.stop();
  }
});
