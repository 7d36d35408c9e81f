/** Checks of the directories for state and captures, and of those of the admin sockets. */
import { statfsSync } from "node:fs";
import { adminSocket } from "../config/admin_socket.ts";
import { checkNotPublic, trustedOwners } from "../config/files/file_rules.ts";
import { groupNumber } from "../config/files/group.ts";
import {
  checkCaptureDirectory,
  checkSocketPlace,
  checkStateDirectory,
  diskTrouble,
} from "../config/files/places.ts";
import type { CaptureConfig, Config } from "../config/types.ts";
import { formatSize } from "../config/units.ts";
import { refuseLinks } from "../state/store.ts";
import type { Check, DaemonFacts } from "./check.ts";
import { explained, type Findings } from "./findings.ts";
import { describeHolder, lockHolder } from "./holders.ts";

/** Space that the session database of 65,534 sessions and its log need at most, in bytes. */
const STATE_ROOM = 64 * 1024 ** 2;

/** Checks the directories that a configuration names. */
export const DIRECTORIES: Check = {
  name: "directories",
  async look({ config, daemon }, findings) {
    const { file, stateDir, capture } = config;
    const owners = trustedOwners(file);
    const attempt = findings.attempt.bind(findings);
    await attempt("config-public", "", () => checkNotPublic(file, "the configuration"));
    await attempt("state-dir-unusable", "state_dir", () => checkStateDirectory(stateDir, owners));
    if (stateDir !== undefined) {
      await attempt("state-dir-unusable", "state_dir", () => refuseLinks(stateDir));
      checkLock(stateDir, daemon, findings);
      checkRoom(stateDir, "state_dir", STATE_ROOM, findings);
    }
    await attempt(
      "capture-dir-unusable",
      "capture.directory",
      () => checkCaptureDirectory(capture.directory, owners),
    );
    if (capture.directory !== undefined) {
      checkRoom(capture.directory, "capture.directory", captureRoom(capture), findings);
    }
    await checkSockets(config, findings);
    return "permissions OK";
  },
};

/** Reports a state directory that another process has locked (flock(2)). */
function checkLock(directory: string, daemon: DaemonFacts, findings: Findings): void {
  const holder = lockHolder(`${directory}/sessions.lock`);
  if (holder === undefined || holder === daemon.pid) return;
  findings.add(daemon.mayRun ? "warning" : "error", "state-dir-locked", "state_dir", {
    words: `${describeHolder(holder)} uses the session database in "${directory}"`,
    remedy: daemon.mayRun
      ? "ignore this if it is the daemon of this configuration"
      : 'stop it, or give each daemon its own "state_dir"',
  });
}

/** Reports a disk that cannot be written, or has less than `needed` bytes left. */
function checkRoom(directory: string, key: string, needed: number, findings: Findings): void {
  const trouble = diskTrouble(directory);
  if (trouble !== undefined) return findings.add("warning", "disk-failed", key, trouble);
  const free = freeBytes(directory);
  if (free === undefined || free >= needed) return;
  findings.add("warning", "disk-low", key, {
    words: `The disk of "${directory}" has ${mebibytes(free)} left, of the ${
      mebibytes(needed)
    } that may be needed`,
    remedy: key === "state_dir" ? "free some space" : "free some space or lower `files`",
  });
}

function mebibytes(bytes: number): string {
  return formatSize(Math.floor(bytes / 1024 ** 2) * 1024 ** 2);
}

/** Free bytes on the disk of a directory, or of the one in which it will be made. */
function freeBytes(directory: string): number | undefined {
  for (let at = directory;; at = at.replace(/\/[^/]*$/, "") || "/") {
    try {
      const { bavail, bsize } = statfsSync(at);
      return bavail * bsize;
    } catch {
      if (at === "/") return undefined;
    }
  }
}

/** Bytes that captures may still need: all files, less those that exist. */
function captureRoom({ directory = "", fileSize, files }: CaptureConfig): number {
  let used = 0;
  try {
    for (const { name, isFile } of Deno.readDirSync(directory)) {
      if (isFile && name.endsWith(".pcapng")) used += Deno.statSync(`${directory}/${name}`).size;
    }
  } catch {
    // The directory is made later, or a file was just removed.
  }
  return Math.max(0, fileSize * files - used);
}

async function checkSockets(config: Config, findings: Findings): Promise<void> {
  const owners = trustedOwners(config.file);
  const { readSocket, readGroup } = config.admin;
  const code = "admin-socket-unusable";
  if (readSocket !== undefined) {
    const check = () => checkSocketPlace(readSocket, owners);
    await findings.attempt(code, "admin.read_socket", check);
  }
  if (readGroup !== undefined) {
    await findings.attempt("group-missing", "admin.read_group", () => groupNumber(readGroup));
  }
  const socket = adminSocket(config, Deno.env.get("RUNTIME_DIRECTORY"));
  if (socket === undefined) return;
  try {
    checkSocketPlace(socket.path, owners);
  } catch (error) {
    // The daemon also runs without its default socket.
    const { words, remedy } = explained(error);
    findings.add(socket.isDefault ? "warning" : "error", code, "admin.socket", { words, remedy });
  }
}
