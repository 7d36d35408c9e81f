import { type InterfaceFacts, readInterface } from "../../../ffi/socket/interface.ts";
import { libc } from "../../../ffi/libc.ts";
import { openSocket } from "../../../ffi/link/packet_socket.ts";
import type { Config, InterfaceConfig } from "../../config/types.ts";
import type { Findings } from "./findings.ts";

/** Checks the interface, and that a raw socket can be opened on it. */
export function checkSystem({ interface: link }: Config, findings: Findings): void {
  try {
    noteState(readInterface(link.name), findings);
    tryToOpen(link);
  } catch (error) {
    findings.problems.push(error instanceof Error ? error.message : String(error));
  }
}

/** Opens a raw socket as `run` does, and closes it; throws SystemError. */
export function tryToOpen({ name, mac, etherTypes }: InterfaceConfig): void {
  const promiscuous = mac === "transparent";
  const { fd } = openSocket({ interface: name, promiscuous, etherTypes });
  libc().close(fd);
}

/** Notes an interface that is down or has no carrier. */
export function noteState({ name, up, running }: InterfaceFacts, findings: Findings): void {
  if (!up) findings.notes.push(`Interface "${name}" is down: run \`ip link set ${name} up\``);
  else if (!running) findings.notes.push(`Interface "${name}" has no carrier: check the cable`);
}
