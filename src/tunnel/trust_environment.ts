/**
 * Keeps the environment out of whom TLS trusts. Deno adds authorities from these variables to what
 * `caCerts` names. It reads them when the process dials its first TLS or QUIC connection, so that
 * taking them away before that makes them harmless; `tests/tunnel/environment_test.ts` holds each
 * against a real authority, in both transports.
 */

/** Variables that name authorities, or loosen verification, for Deno, its Node.js side or OpenSSL. */
const WIDENING = [
  "DENO_CERT",
  "NODE_EXTRA_CA_CERTS",
  "NODE_USE_SYSTEM_CA",
  "DENO_NODE_USE_OPENSSL_CA",
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
] as const;

/** Options of `deno run` that do the same, which only the command line shows. */
const WIDENING_OPTIONS = /^--(?:cert|unsafely-ignore-certificate-errors)(?:=|$)/;

const ignored = new Set<string>();

/**
 * Empties Deno's default trust; to be called before anything that may make it, which also a client
 * of the admin socket does. Returns the variables that were set and are ignored.
 */
export function closeTrust(): string[] {
  for (const name of WIDENING) {
    if (Deno.env.get(name)) ignored.add(name);
    Deno.env.delete(name);
  }
  Deno.env.set("DENO_TLS_CA_STORE", "");
  return [...ignored];
}

/** Throws an Error where TLS would not keep what is sent to its two ends, and that cannot be undone. */
export function checkTlsEnvironment(): void {
  // Deno opens this file when the process starts: taking the variable away would not stop it.
  if (Deno.env.get("SSLKEYLOGFILE")) {
    throw new Error(
      '"SSLKEYLOGFILE" is set, so that Deno writes the keys of all TLS connections into a file; unset it',
    );
  }
  const option = denoOptions().find((argument) => WIDENING_OPTIONS.test(argument));
  if (option !== undefined) {
    throw new Error(
      `Deno was started with "${option}", so that other servers than the pinned one would be accepted; leave it out`,
    );
  }
}

/** What stands before the script in Deno's command line; nothing where that cannot be read. */
function denoOptions(): string[] {
  let args: string[];
  try {
    args = Deno.readTextFileSync("/proc/self/cmdline").split("\0");
  } catch {
    return []; // a compiled program without the permission: its options were set when it was made
  }
  const script = args.findIndex((argument) => /\.[jt]s$/.test(argument));
  return args.slice(1, script === -1 ? args.length : script);
}
