/** What a client needs from its server, in one file that a person carries over. */
import { parse } from "@std/toml";
import * as v from "valibot";
import { formatAddress } from "../../config/addresses.ts";
import { parseCertificate } from "../../config/files/certificate.ts";
import { readGuarded, trustedOwners } from "../../config/files/file_rules.ts";
import { weakness } from "../../config/files/weak_secret.ts";
import { Refusal } from "../../config/finding.ts";
import { quoted } from "../../config/toml/quoted.ts";
import { outlineOf } from "../../config/toml/toml_outline.ts";
import type { Address, TransportConfig } from "../../config/types.ts";
import * as value from "../../config/values.ts";
import { isFileStem } from "./file_stem.ts";

/** A client's name, secret and server. */
export interface Bundle {
  /** The client's name, which is also that of its files. */
  name: string;
  /** Where it reaches the server. */
  connect: Address[];
  transport: TransportConfig;
  /** 32 bytes as hexadecimal digits. */
  secret: string;
  /** The server's certificate in PEM. */
  certificate: string;
}

const FORMAT = 1;
/** Maximum size, in bytes. */
const MAX_SIZE = 64 * 1024;
const MAKE_ONE = "make another on the server with `pppoe-proxy add-client NAME`";

const schema = v.strictObject({
  format: v.literal(FORMAT),
  name: value.textLike("a name that can be that of a file", isFileStem),
  connect: value.addresses(),
  transport: value.oneOf("tls", "quic", "auto"),
  secret: value.textLike("64 hexadecimal digits", (text) => /^[0-9a-f]{64}$/.test(text)),
  certificate: v.string(),
});

/** Writes a bundle as text. */
export function formatBundle({ name, connect, transport, secret, certificate }: Bundle): string {
  return `# Everything that the client ${
    quoted(name)
  } needs, with its secret: whoever has this file can log in.
# Carry it over a secure channel, such as scp, run there
#   pppoe-proxy init client --from ${name}.bundle
# and delete it on both machines.
format = ${FORMAT}
name = ${quoted(name)}
connect = [${connect.map((address) => quoted(formatAddress(address))).join(", ")}]
transport = ${quoted(transport)}
secret = ${quoted(secret)}
certificate = '''
${certificate.trim()}
'''
`;
}

/** Reads the text of a bundle. Throws an Error that says what is wrong, without the secret. */
export function parseBundle(text: string): Bundle {
  const [problem] = outlineOf(text).problems;
  if (problem !== undefined) throw new Error(`line ${problem.line} is damaged: ${problem.words}`);
  const { success, output, issues } = v.safeParse(schema, parse(text));
  if (!success) {
    const key = v.getDotPath(issues[0]) ?? "";
    throw new Error(`"${key}" is missing or not valid`);
  }
  if (weakness(Uint8Array.fromHex(output.secret)) !== undefined) {
    throw new Error("its secret was not drawn at random");
  }
  const { pem } = parseCertificate(output.certificate, "in the bundle");
  const { format: _, ...rest } = output;
  return { ...rest, certificate: pem };
}

/** Reads a bundle, which only its owner may read. Throws Refusal. */
export function readBundle(path: string): Bundle {
  const bytes = readGuarded(path, {
    code: "secret-unusable",
    what: "the bundle",
    rule: "private",
    owners: trustedOwners(path),
    limit: MAX_SIZE,
    hint: MAKE_ONE,
  });
  try {
    if (bytes === undefined) throw new Error(`it has more than ${MAX_SIZE} bytes`);
    return parseBundle(new TextDecoder().decode(bytes));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal("secret-unusable", `Cannot use the bundle "${path}": ${why}`, MAKE_ONE);
  }
}
