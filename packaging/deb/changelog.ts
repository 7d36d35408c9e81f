import { MAINTAINER } from "./control.ts";

/** The Debian changelog of a release, dated in seconds since 1970 (deb-changelog(5)). */
export function debianChangelog(version: string, time: number): string {
  const date = new Date(time * 1_000).toUTCString().replace("GMT", "+0000");
  return `pppoe-proxy (${version}) stable; urgency=medium

  * Release ${version}; /usr/share/doc/pppoe-proxy/CHANGELOG.md.gz has the changes.

 -- ${MAINTAINER}  ${date}
`;
}
