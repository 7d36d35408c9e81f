import { DAEMON_FAULTS } from "./daemon_faults.ts";
import { testFaults } from "./matrix.ts";

testFaults(
  "sessions survive faults of the daemons, without a PADI or PADT on any wire",
  DAEMON_FAULTS,
);
