/**
 * Keeps the environment from widening TLS trust. Deno adds authorities from these variables to
 * `caCerts`. It reads them when the process dials its first TLS or QUIC connection, so removing
 * them before that makes them harmless; `tests/tunnel/environment_test.ts` tests each with a real
 * authority, over both transports.
 */

/** Variables that add authorities or weaken verification in Deno, its Node.js layer or OpenSSL. */
const WIDENING = [
  "DENO_CERT",
  "NODE_EXTRA_CA_CERTS",
  "NODE_USE_SYSTEM_CA",
  "DENO_NODE_USE_OPENSSL_CA",
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
] as const;

/** Options of `deno run` with the same effect, which only the command line shows. */
const WIDENING_OPTIONS = /^--(?:cert|unsafely-ignore-certificate-errors)(?:=|$)/;

const ignored = new Set<string>();

/**
 * Empties Deno's default trust store. Call this before anything that may load the store, which
 * includes a client of the admin socket. Returns the variables that were set and are ignored.
 */
export function closeTrust(): string[] {
  for (const name of WIDENING) {
    if (isSet(name)) ignored.add(name);
    Deno.env.delete(name);
  }
  Deno.env.set("DENO_TLS_CA_STORE", "");
  return [...ignored];
}

/** Throws an Error if something that cannot be undone would expose the traffic of TLS to others. */
export function checkTlsEnvironment(): void {
  // Deno opens this file when the process starts: removing the variable would not stop it.
  if (isSet("SSLKEYLOGFILE")) {
    throw new Error(
      '"SSLKEYLOGFILE" is set, which makes Deno write the keys of all TLS connections to a file; unset it',
    );
  }
  const option = denoOptions().find((argument) => WIDENING_OPTIONS.test(argument));
  if (option !== undefined) {
    throw new Error(
      `Deno was started with "${option}", so servers other than the pinned one would be accepted; remove it`,
    );
  }
}

/** Whether a variable has a value, of any bytes: Deno throws for what is not UTF-8. */
function isSet(name: string): boolean {
  try {
    return Boolean(Deno.env.get(name));
  } catch {
    return true;
  }
}

/** The arguments before the script in Deno's command line; none if it cannot be read. */
function denoOptions(): string[] {
  let args: string[];
  try {
    args = Deno.readTextFileSync("/proc/self/cmdline").split("\0");
  } catch {
    return []; // a compiled program without the permission: its options were fixed when compiled
  }
  const script = args.findIndex((argument) => /\.[jt]s$/.test(argument));
  return args.slice(1, script === -1 ? args.length : script);
}
