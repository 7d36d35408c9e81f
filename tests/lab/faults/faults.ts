import { DAEMON_FAULTS } from "./daemon_faults.ts";
import type { Faults } from "./fault.ts";
import { MACHINE_FAULTS } from "./machine_faults.ts";
import { PATH_FAULTS } from "./path_faults.ts";
import { PEER_FAULTS } from "./peer_faults.ts";

/** The fault matrix. */
export const FAULTS: Faults = {
  ...PATH_FAULTS,
  ...DAEMON_FAULTS,
  ...MACHINE_FAULTS,
  ...PEER_FAULTS,
};
