import { runCommand } from "./run_command.ts";

/**
 * Packs the directory `name` in `folder` as a .tar.gz file. The same contents and `time` (seconds
 * since 1970) give the same bytes, whoever packs them and wherever.
 */
export async function pack(
  folder: string,
  name: string,
  output: string,
  time: number,
): Promise<void> {
  const archive = `${folder}/${name}.tar`;
  const options = ["--sort=name", "--format=ustar", "--owner=0", "--group=0", "--numeric-owner"];
  const args = [...options, `--mtime=@${time}`, "--mode=u=rwX,go=rX", "-cf", archive, name];
  await runCommand("tar", args, { cwd: folder });
  // Without the file's name and time in the header.
  await runCommand("gzip", ["--no-name", "--best", "--force", archive]);
  await Deno.copyFile(`${archive}.gz`, output);
  await Deno.remove(`${archive}.gz`);
}
