/** Commands that end sessions or refuse new ones. */
import { Closed, Drained, EndedSessions, PadtSent } from "../../admin/api/response_schema.ts";
import { EndSessionsQuery, PadtRequest } from "../../admin/api/request_schema.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { CommandError, exitCodeOf } from "../exit_codes.ts";
import { printError, printLine } from "../terminal/output.ts";
import type { AdminClient, Query } from "./admin_client.ts";
import { askDaemon, openDaemon } from "./ask_daemon.ts";
import { validBody, validQuery, wholeNumber } from "./option_values.ts";
import { sessionPath } from "./sessions.ts";

/** Maximum number of ended sessions that are named. */
const MAX_NAMES = 20;

/** `kick SESSION...`, `--client NAME`, `--mac MAC`: ends sessions with a PADT to both sides. */
export async function kickCommand(args: Arguments): Promise<number> {
  const { positionals: names, values } = args;
  const query = {
    client: values.get("client"),
    server: values.get("server"),
    mac: values.get("mac"),
  };
  const selects = Object.values(query).some((value) => value !== undefined);
  if (selects && names.length > 0) {
    throw new UsageError("Names of sessions and options exclude each other; use one of them");
  }
  if (!selects && names.length === 0) {
    throw new UsageError(
      "No session given: kick SESSION, --client NAME or --mac MAC; `pppoe-proxy sessions` lists them",
    );
  }
  validQuery(EndSessionsQuery, query);
  using client = await openDaemon(args);
  return selects ? await kickAll(client, query) : await kickNamed(client, names);
}

async function kickAll(client: AdminClient, query: Query): Promise<number> {
  const request = { method: "DELETE", path: "/api/v1/sessions", query } as const;
  const { sessions } = await client.json(request, EndedSessions);
  if (sessions.length === 0) throw new CommandError("notFound", "No session matches");
  const more = sessions.length > MAX_NAMES ? ` and ${sessions.length - MAX_NAMES} more` : "";
  const which = sessions.length === 1 ? "session" : `${sessions.length} sessions:`;
  await printLine(`Ended ${which} ${sessions.slice(0, MAX_NAMES).join(", ")}${more}.`);
  return 0;
}

/** Ends each session; goes on after one that does not exist, and then returns its exit code. */
async function kickNamed(client: AdminClient, names: readonly string[]): Promise<number> {
  let code = 0;
  for (const name of names) {
    try {
      const request = { method: "DELETE", path: sessionPath(name) } as const;
      const { session } = await client.json(request, Closed);
      await printLine(`Ended session ${session}.`);
    } catch (error) {
      if (!(error instanceof CommandError) || error.exit !== "notFound") throw error;
      code = exitCodeOf(error);
      await printError(error.message);
    }
  }
  return code;
}

/** `padt`: frees a session that is stuck at an AC or a customer. */
export async function padtCommand(args: Arguments): Promise<number> {
  const body = validBody(PadtRequest, {
    client: args.values.get("client"),
    server: args.values.get("server"),
    mac: args.values.get("mac"),
    from: args.values.get("from"),
    "session_id": wholeNumber(args.values, "session-id"),
  });
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
