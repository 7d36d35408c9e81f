/** Commands that end sessions or refuse new ones. */
import { Closed, Drained, PadtSent } from "../../admin/api/response_schema.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { askDaemon } from "./ask_daemon.ts";
import { printLine } from "../terminal/output.ts";
import { sessionPath, wholeNumber } from "./sessions.ts";

/** `kick SESSION`: ends a session with a PADT to both sides. */
export async function kickCommand(args: Arguments): Promise<number> {
  const [name] = args.positionals;
  if (name === undefined) {
    throw new UsageError("No session given: kick SESSION; `pppoe-proxy sessions` lists them");
  }
  const request = { method: "DELETE", path: sessionPath(name) } as const;
  const { session } = await askDaemon(args, request, Closed);
  await printLine(`Ended session ${session}.`);
  return 0;
}

/** `padt`: frees a session that is stuck at an AC or a customer. */
export async function padtCommand(args: Arguments): Promise<number> {
  const body = {
    client: args.values.get("client"),
    server: args.values.get("server"),
    mac: args.values.get("mac"),
    from: args.values.get("from"),
    "session_id": wholeNumber(args.values, "session-id"),
  };
  const request = { method: "POST", path: "/api/v1/padt", body } as const;
  const { sent } = await askDaemon(args, request, PadtSent);
  await printLine(`Sent ${sent} PADT.`);
  return 0;
}

/** `drain`: refuses new sessions until `drain --off`. */
export async function drainCommand(args: Arguments): Promise<number> {
  const body = { enabled: !args.switches.has("off") };
  const request = { method: "POST", path: "/api/v1/drain", body } as const;
  const { draining, sessions } = await askDaemon(args, request, Drained);
  await printLine(
    draining
      ? `Draining: new sessions are refused; ${sessions} open.`
      : `Not draining: new sessions are accepted; ${sessions} open.`,
  );
  return 0;
}
