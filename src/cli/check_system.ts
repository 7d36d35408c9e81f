import { type InterfaceFacts, readInterface } from "../../ffi/interface.ts";
import { libc } from "../../ffi/libc.ts";
import { openSocket } from "../../ffi/packet_socket.ts";
import type { Config } from "../config/types.ts";
import type { Findings } from "./findings.ts";

/** Checks the interface, and that a raw socket may be opened there; it is closed at once. */
export function checkSystem({ interface: link }: Config, findings: Findings): void {
  try {
    noteState(readInterface(link.name), findings);
    const { fd } = openSocket({
      interface: link.name,
      promiscuous: link.mac === "transparent",
      etherTypes: link.etherTypes,
    });
    libc().close(fd);
  } catch (error) {
    findings.problems.push(error instanceof Error ? error.message : String(error));
  }
}

function noteState({ name, up, running }: InterfaceFacts, findings: Findings): void {
  if (!up) findings.notes.push(`Interface "${name}" is down: run \`ip link set ${name} up\``);
  else if (!running) findings.notes.push(`Interface "${name}" has no carrier: check the cable`);
}
