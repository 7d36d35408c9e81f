/** Schemas of paths, and of files that may be credentials of systemd. */
import { isAbsolute, join, resolve } from "node:path";
import type * as v from "valibot";
import { expected, Problem, value } from "./value_schema.ts";

type Schema<T> = v.GenericSchema<unknown, T>;

/** What paths of a configuration are relative to. */
export interface PathBase {
  /** Directory of the configuration. */
  folder: string;
  /** Directory of the credentials that systemd has loaded for this process (systemd.exec(5)). */
  credentials: string | undefined;
}

const CREDENTIAL = "credential:";
const CREDENTIAL_NAME = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,255}$/;

/** Schema of a path; the output is absolute. */
export function path(base: PathBase): Schema<string> {
  return value((input) => readPath(input, base, "a file path"));
}

/** Schema of the path of a file to be read, which may be a credential. */
export function readable(base: PathBase): Schema<string> {
  return value((input) => readReadable(input, base, "a file path"));
}

/** Schema of a path as above, or of the given word. */
export function pathOr<const W extends string>(word: W, base: PathBase): Schema<string | W> {
  return value((input) =>
    input === word ? word : readPath(input, base, `a file path or "${word}"`)
  );
}

/** Schema of one file to be read or a list of up to `most`, without duplicates. */
export function readables(base: PathBase, most: number): Schema<string[]> {
  return value((input) => {
    const list: unknown[] = Array.isArray(input) ? input : [input];
    const what = `a file path, or a list of up to ${most}`;
    if (list.length === 0 || list.length > most) return expected(what, input);
    const result: string[] = [];
    for (const item of list) {
      const absolute = readReadable(item, base, what);
      if (absolute instanceof Problem) return absolute;
      if (result.includes(absolute)) {
        return new Problem(`Duplicate path "${item}"`, "remove one of the two");
      }
      result.push(absolute);
    }
    return result;
  }, "list");
}

/** Texts that are written where the path of a file belongs. Messages must not show a secret. */
const NOT_A_PATH: readonly [pattern: RegExp, words: string, remedy: string][] = [
  [
    /^[0-9a-f]{64}$/i,
    "This is a secret or a fingerprint itself, but the path of a file belongs here",
    "put it into a file that only the daemon's user can read, and write its path",
  ],
  [
    /^(?:sha-?256[:/]?)?(?:[0-9a-f]{2}:){15,}[0-9a-f]{2}$|^sha-?256[:/]/i,
    "This is a certificate's fingerprint, but the path of the certificate itself belongs here",
    "copy server.crt from the server, and write its path",
  ],
  [
    /^-----BEGIN /,
    "This is the content of a file, but the path of a file belongs here",
    "put it into a file, and write its path",
  ],
  [
    /^~\//,
    'A path that starts with "~" is not expanded',
    "write the whole path, such as /etc/pppoe-proxy/server.crt",
  ],
  [
    /^file:\/\//i,
    "This is a URL, but the path of a file belongs here",
    'write it without "file://"',
  ],
  [
    /^credential:/i,
    "A credential is a file that is only read, but the daemon writes here",
    "write a path",
  ],
];

/** Reads a path, or `credential:NAME` as a file in the directory of systemd's credentials. */
function readReadable(input: unknown, base: PathBase, what: string): string | Problem {
  if (typeof input !== "string" || !input.startsWith(CREDENTIAL)) {
    return readPath(input, base, what);
  }
  const name = input.slice(CREDENTIAL.length);
  if (!CREDENTIAL_NAME.test(name)) {
    return new Problem(
      "This is not the name of a credential: it has letters, digits, dots, dashes and underscores",
      'write it as in LoadCredential=, such as "credential:server.key"',
    );
  }
  const { credentials } = base;
  if (credentials !== undefined && isAbsolute(credentials)) return join(credentials, name);
  return new Problem(
    `There is no credential "${name}", because systemd did not start this process with credentials`,
    `add LoadCredential=${name}:FILE to the unit, and try commands with ` +
      `\`systemd-run --pty -p LoadCredential=${name}:FILE pppoe-proxy …\``,
  );
}

function readPath(input: unknown, { folder }: PathBase, what: string): string | Problem {
  if (typeof input !== "string" || input === "" || input.includes("\0")) {
    return expected(what, input);
  }
  const [, words, remedy] = NOT_A_PATH.find(([pattern]) => pattern.test(input.trim())) ?? [];
  if (words !== undefined && remedy !== undefined) return new Problem(words, remedy);
  return resolve(folder, input);
}
