import { Sessions } from "../../admin/api/response_schema.ts";
import { findInterface } from "../../checks/interface_facts.ts";
import { adminSocket } from "../../config/admin_socket.ts";
import type { Config } from "../../config/types.ts";
import { formatMac, readMac } from "../../pppoe/mac.ts";
import { AdminClient } from "../remote/admin_client.ts";
import { type DoctorCheck, runDoctorCheck } from "./doctor_check.ts";

/** Sessions that are looked at: the address may be an AC's too. */
const LIMIT = 100;

/** Checks on a running daemon that no customer has the MAC address of its interface. */
export async function checkCustomers(config: Config): Promise<DoctorCheck[]> {
  const options = { name: "customers", code: "check-failed", file: config.file } as const;
  return await runDoctorCheck(options, async (findings) => {
    const { name } = config.interface;
    const facts = findInterface(name);
    const socket = adminSocket(config, Deno.env.get("RUNTIME_DIRECTORY"));
    if (facts === undefined || socket === undefined) return "";
    const mac = formatMac(readMac(facts.mac, 0));
    using client = new AdminClient(socket.path);
    const query = { mac, limit: LIMIT };
    const { sessions } = await client.json({ path: "/api/v1/sessions", query }, Sessions);
    const session = sessions.find(({ customer_mac }) => customer_mac === mac);
    if (session === undefined) return `none has the MAC address of "${name}"`;
    findings.add("warning", "mac-duplicate", "interface.name", {
      words: `The customer of session ${session.session} has the MAC address ${mac} of "${name}"`,
      remedy: "unless it dials on this machine, give one of the two another address",
    });
    return "";
  });
}
