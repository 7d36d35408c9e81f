/** What a full disk does to a server. */
import type { Lab } from "../lab.ts";
import { type LabProcess, runCommand } from "../process.ts";
import { edit, reload } from "../reload.ts";

/** Gives the server a small disk for its state; returns what fills it. */
export async function mountState(lab: Lab): Promise<() => Promise<void>> {
  const folder = `${lab.folder}/server.state`;
  await Deno.mkdir(folder, { mode: 0o700 });
  await runCommand("mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", folder);
  lab.use({ [Symbol.asyncDispose]: async () => void await runCommand("umount", "-l", folder) });
  return async () => {
    using file = await Deno.open(`${folder}/filler`, { write: true, createNew: true });
    const block = new Uint8Array(4_096);
    try {
      for (let i = 0; i < 4 << 20; i += block.length) await file.write(block);
    } catch {
      return; // full
    }
  };
}

/** What happens on the full disk, and how the tests see it. */
interface FullDisk {
  readonly server: LabProcess;
  /** Changes a session, which the server saves. */
  change(): Promise<unknown>;
  /** Waits until a failure is explained. */
  sees(failure: string): Promise<void>;
}

/** Causes what a full disk does to state and capture; there is room again afterwards. */
export async function seesFullDisk(
  lab: Lab,
  fill: () => Promise<void>,
  { server, change, sees }: FullDisk,
): Promise<void> {
  await fill();
  await change();
  await sees("The disk of state_dir is full");
  await edit(lab, "server.toml", /$/, '\n[capture]\ndirectory = "server.state/captures"\n');
  await reload(server);
  await sees("The disk of the configured capture is full");
  await Deno.remove(`${lab.folder}/server.state/filler`);
}
