/** The file `copyright` of the Debian package, in the machine-readable format 1.0 (DEP-5). */

const FORMAT = "https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/";

/** A licence text, and the packages that it covers. */
export interface Licence {
  /** Name and version, such as `hono 4.13.19`. */
  packages: readonly string[];
  text: string;
}

/** Short names of DEP-5 by a phrase of the text. */
const KINDS: readonly [RegExp, string][] = [
  [/Apache License\s+Version 2\.0/, "Apache-2.0"],
  [/Permission is hereby granted, free of charge/, "Expat"],
  [/Permission to use, copy, modify, and(?:\/or)? distribute this software/, "ISC"],
  [/Redistribution and use in source and binary forms/, "BSD-3-clause"],
];

/** Debian installs this text once for all packages (policy 12.5). */
const APACHE = "On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.";
const COPYRIGHT = /^[^\w©]*((?:copyright\b|©).*\d{4}.*)$/gim;

const RUNTIME_COMMENT =
  `The program contains the runtime Deno, which embeds V8, ICU, SQLite, AWS-LC,
zlib, zstd, brotli and Rust packages. https://github.com/denoland/deno names them and their
licences in Cargo.lock.`;

const V8_TEXT = `Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:

  * Redistributions of source code must retain the above copyright notice, this list of
    conditions and the following disclaimer.
  * Redistributions in binary form must reproduce the above copyright notice, this list of
    conditions and the following disclaimer in the documentation and/or other materials provided
    with the distribution.
  * Neither the name of Google Inc. nor the names of its contributors may be used to endorse or
    promote products derived from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR
IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR
CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER
IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT
OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.`;

/** Reads the bundle's `licences.txt`: lines of packages, then the text that covers them. */
export function readLicences(text: string): Licence[] {
  return text.replaceAll("\r", "").trim().split(/\n\n\n(?=(?:\S+ \d\S*\n)+\n)/).map((part) => {
    const [names = "", ...rest] = part.trim().split("\n\n");
    return { packages: names.split("\n"), text: rest.join("\n\n") };
  });
}

/** Writes the file: `own` is the text of the project's LICENSE. */
export function copyrightFile(own: string, licences: readonly Licence[]): string {
  const [mit = ""] = /Permission is hereby granted[^]*/.exec(own) ?? [];
  return [
    `Format: ${FORMAT}\nUpstream-Name: pppoe-proxy\n`,
    stanza("*", own, own),
    stanza("deno/*", "Copyright 2018-2026 the Deno authors", mit, RUNTIME_COMMENT),
    stanza("deno/v8/*", "Copyright 2006-2026 the V8 project authors", V8_TEXT),
    ...licences.map(({ packages, text }) => {
      const files = packages.map((name) => `npm/${name.replace(" ", "-")}/*`);
      return stanza(files.join("\n "), text, text);
    }),
  ].join("\n");
}

function stanza(files: string, notices: string, text: string, comment = ""): string {
  const holders = [...notices.matchAll(COPYRIGHT)].map(([, line = ""]) =>
    line.replace(/^copyright:?\s*/i, "").trim()
  );
  const kind = KINDS.find(([phrase]) => phrase.test(text))?.[1] ?? "custom";
  return [
    `Files: ${files}`,
    `Copyright: ${holders.length === 0 ? "see the licence" : [...new Set(holders)].join("\n ")}`,
    `License: ${kind}\n${indent(kind === "Apache-2.0" ? APACHE : text)}`,
    ...comment === "" ? [] : [`Comment:\n${indent(comment)}`],
    "",
  ].join("\n");
}

/** A field's further lines begin with a blank; empty ones are a dot (deb-control(5)). */
function indent(text: string): string {
  return text.trim().split("\n").map((line) => line.trim() === "" ? " ." : ` ${line}`).join("\n");
}
