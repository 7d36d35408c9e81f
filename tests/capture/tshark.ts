/** Debian's tshark, to read what the program writes. */
import { runCommand } from "../lab/process.ts";

/** Returns these fields of each frame in a file, as tshark shows them. */
export async function readFields(path: string, ...fields: string[]): Promise<string[][]> {
  const wanted = fields.flatMap((field) => ["-e", field]);
  // The user's own configuration or coloring rules must not matter.
  const options = ["-n", "-Q", "-T", "fields", "-E", "occurrence=f", ...wanted];
  const text = await runCommand("tshark", "-r", path, ...options);
  return text.split("\n").filter((line) => line !== "").map((line) => line.split("\t"));
}

/** Returns tshark's output for malformed frames in a file; empty if there are none. */
export async function malformed(path: string): Promise<string> {
  return await runCommand("tshark", "-r", path, "-n", "-Q", "-Y", "_ws.malformed");
}
