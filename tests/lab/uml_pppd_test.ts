import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { CODE_PADT } from "../../src/pppoe/constants.ts";
import { formatMac } from "../../src/pppoe/mac.ts";
import { needing } from "../needs.ts";
import { insideLab, Lab } from "./lab.ts";
import { tapCable } from "./peers/wire_tap.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { GUEST_PROGRAMS, startGuest, told } from "./uml/guest.ts";

const BLOB = 20_000_000;
const CUSTOMER = "02:00:5e:10:00:01";
const AC = "02:00:5e:20:00:01";

const ignore = !insideLab();

/** A file of random bytes and its SHA-256 in hex. */
async function makeBlob(lab: Lab): Promise<{ path: string; digest: string }> {
  const bytes = new Uint8Array(BLOB);
  for (let at = 0; at < BLOB; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  const path = `${lab.folder}/blob`;
  await Deno.writeFile(path, bytes);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  return { path, digest };
}

const PASSWORD = "correct-horse-battery";

async function startGuests(lab: Lab, blob: string, { auth, end }: typeof VARIANTS[number]) {
  const login = { LAB_USER: "alice", LAB_PASSWORD: PASSWORD, LAB_AUTH: auth };
  const ac = await startGuest(lab, {
    role: "ac",
    interface: "ac0",
    mac: AC,
    settings: { ...login, LAB_BLOB: blob },
  });
  await told(ac, "READY");
  const customer = await startGuest(lab, {
    role: "customer",
    interface: "cust0",
    mac: CUSTOMER,
    settings: { ...login, LAB_END: end },
  });
  return { ac, customer };
}

const VARIANTS = [
  { mac: "own", auth: "chap", end: "padt", what: "the customer's PADT" },
  { mac: "transparent", auth: "pap", end: "lcp", what: "LCP and the AC's PADT" },
] as const;

for (const variant of VARIANTS) {
  const { mac, auth, end, what } = variant;
  Deno.test(needing(GUEST_PROGRAMS, {
    name:
      `kernel pppd on both ends: ${auth.toUpperCase()}, ping, 20 MB each way, ${what}, mac = "${mac}"`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      const { lan, wan } = await lab.cables();
      const [lanTap, wanTap] = [lab.use(tapCable(lan)), lab.use(tapCable(wan))];
      const log = '[log]\nlevel = "debug"\n';
      const daemons = await startProxyPair(lab, { mac, server: log, client: log });
      const blob = await makeBlob(lab);
      const { customer } = await startGuests(lab, blob.path, variant);

      assertEquals((await told(customer, "UP")).slice(1), ["10.0.0.1", "1492"]);
      await told(customer, "PING");
      assertEquals((await told(customer, "DOWNLOAD"))[0], blob.digest);
      assertEquals((await told(customer, "UPLOAD"))[0], blob.digest);
      await told(customer, "DOWN");
      if (end === "padt") await wanTap.padt("ac0");
      else await wanTap.padt("wan0");
      await lanTap.padt(end === "padt" ? "lan0" : "cust0");

      // Not even at debug level does a daemon log the customer's password.
      for (const { output } of [daemons.server, daemons.client]) {
        assert(output.entries.some((line) => line.includes("PADI")));
        assertEquals(output.all((line) => line.includes(PASSWORD)), []);
      }

      // The AC has seen the customer's address in transparent mode only.
      const padr = wanTap.sessionFrames("ac0")[0];
      const check = mac === "own" ? assertNotEquals : assertEquals;
      check(formatMac(padr.source), CUSTOMER);
      for (const tap of [lanTap, wanTap]) {
        const padts = tap.seen.all(({ code }) => code === CODE_PADT);
        assert(padts.length <= 2, `a PADT from each end at most, ${padts.length} seen`);
      }
    },
  }));
}
