/** Debian's tshark, which reads what we write. */
import { runCommand } from "../lab/process.ts";

/** These fields of each frame of a file, as tshark shows them. */
export async function readFields(path: string, ...fields: string[]): Promise<string[][]> {
  const wanted = fields.flatMap((field) => ["-e", field]);
  // A hidden configuration or coloring rule of whoever runs this must not matter.
  const options = ["-n", "-Q", "-T", "fields", "-E", "occurrence=f", ...wanted];
  const text = await runCommand("tshark", "-r", path, ...options);
  return text.split("\n").filter((line) => line !== "").map((line) => line.split("\t"));
}

/** Whether tshark finds anything wrong with a frame of a file. */
export async function malformed(path: string): Promise<string> {
  return await runCommand("tshark", "-r", path, "-n", "-Q", "-Y", "_ws.malformed");
}
