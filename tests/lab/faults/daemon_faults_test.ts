import { DAEMON_FAULTS } from "./daemon_faults.ts";
import { testFaults } from "./matrix.ts";

testFaults(
  "sessions outlive what happens to the daemons, and nobody hears of it",
  DAEMON_FAULTS,
);
