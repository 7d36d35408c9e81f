import { compiled } from "../build.ts";
import { testGuest } from "./boot.ts";
import { STEPS } from "./guest.ts";

testGuest({
  name: "compiled: the unit works under a real systemd",
  guest: "guest.ts",
  steps: STEPS,
  prepare: (folder) => Deno.copyFile(compiled, `${folder}/pppoe-proxy`),
});
