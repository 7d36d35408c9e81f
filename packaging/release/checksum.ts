import { createHash } from "node:crypto";

/** Returns a file's checksum in hexadecimal. */
export async function checksum(
  path: string,
  algorithm: "sha1" | "sha256" = "sha256",
): Promise<string> {
  const hash = createHash(algorithm);
  using file = await Deno.open(path);
  for await (const part of file.readable) hash.update(part);
  return hash.digest("hex");
}

/** The text of SHA256SUMS for files of a folder, as sha256sum(1) reads it. */
export async function checksums(folder: string, names: readonly string[]): Promise<string> {
  const lines = names.toSorted().map(async (name) =>
    `${await checksum(`${folder}/${name}`)}  ${name}\n`
  );
  return (await Promise.all(lines)).join("");
}
