import { makeDeb } from "../../../packaging/deb/make.ts";
import { makeRpm } from "../../../packaging/rpm/make.ts";
import { requestOf } from "../../packaging/package_request.ts";
import { testGuest } from "./boot.ts";
import { packageVersions } from "./documented.ts";
import { STEPS } from "./package_guest.ts";

testGuest({
  name: "compiled: the packages are installed, upgraded under a session, and removed",
  programs: ["dpkg-deb", "rpm", "rpmbuild", "man"],
  guest: "package_guest.ts",
  steps: STEPS,
  async prepare(folder) {
    for (const version of packageVersions()) {
      const request = { ...requestOf(folder), version };
      await makeDeb(request);
      await makeRpm(request);
    }
  },
});
