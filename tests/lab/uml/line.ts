/** An AC and a customer of real kernels and pppds, with a line between them. */
import type { Lab } from "../lab.ts";
import type { LabProcess } from "../process.ts";
import { startGuest, told } from "./guest.ts";

const login = { LAB_USER: "alice", LAB_PASSWORD: "s3cret" };

/** Starts both guests; `end` is what the customer does when its line ends. */
export async function startLine(
  lab: Lab,
  end: "redial" | "never",
): Promise<{ ac: LabProcess; customer: LabProcess }> {
  const ac = await startGuest(lab, {
    role: "ac",
    interface: "ac0",
    mac: "02:00:5e:20:00:01",
    settings: { ...login, LAB_BLOB: await lab.write("blob", "nothing") },
  });
  await told(ac, "READY");
  const customer = await startGuest(lab, {
    role: "customer",
    interface: "cust0",
    mac: "02:00:5e:10:00:01",
    settings: { ...login, LAB_END: end },
  });
  await told(customer, "UP");
  return { ac, customer };
}
