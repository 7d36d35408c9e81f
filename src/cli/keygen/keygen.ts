import { type Arguments, UsageError } from "../arguments.ts";
import { didYouMean } from "../../config/suggest.ts";

const KINDS = ["secret", "token", "certificate"];

/** `keygen secret|token FILE` and `keygen certificate --name NAME`: write key files. */
export async function keygenCommand(args: Arguments): Promise<number> {
  const [kind, file] = args.positionals;
  if (kind === "secret" || kind === "token") {
    const [option] = args.values.keys();
    if (option !== undefined) throw new UsageError(`Option "--${option}" is for certificates`);
    if (file === undefined) throw new UsageError(`No file given: keygen ${kind} FILE`);
    const { keygenSecret } = await import("./keygen_secret.ts");
    return await keygenSecret(file, kind);
  }
  if (kind === "certificate") {
    if (file !== undefined) throw new UsageError(`Unexpected argument "${file}"; use --out-dir`);
    const { keygenCertificate } = await import("./keygen_certificate.ts");
    return await keygenCertificate(args.values);
  }
  throw new UsageError(
    kind === undefined
      ? "Nothing to generate: use keygen secret FILE, keygen token FILE or keygen certificate --name NAME"
      : `Cannot generate "${kind}"${
        didYouMean(kind, KINDS) || "; use secret, token or certificate"
      }`,
  );
}
