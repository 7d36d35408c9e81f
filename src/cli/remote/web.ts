import { WebCode } from "../../admin/api/web_schema.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { CommandError } from "../exit_codes.ts";
import { printLine } from "../terminal/output.ts";
import { qrCode } from "../terminal/qr_code.ts";
import { showSpan } from "../terminal/amounts.ts";
import { type AdminClient, ProblemError } from "./admin_client.ts";
import { openDaemon } from "./ask_daemon.ts";

/** The daemon listens for no browser. */
const NO_LISTENER = 409;
/** Without colours of its own, a code is inverted on a terminal that is dark on light. */
const NO_CODE = "For a QR code run this in a terminal with colours (without NO_COLOR).";

/** `web`: prints a link that opens the page once, with its QR code. */
export async function webCommand(args: Arguments): Promise<number> {
  const address = pageAddress(args.values.get("address"));
  const role = args.switches.has("act") ? "act" : "read";
  using client = await openDaemon(args);
  const answer = await makeCode(client, role);
  const link = `${address ?? answer.addresses[0]}#code=${answer.code}`;
  if (args.switches.has("json")) {
    await printLine(JSON.stringify({ link, ...answer }));
    return 0;
  }
  const code = Deno.stdout.isTerminal() && !Deno.noColor ? qrCode(link) : [NO_CODE];
  const lines = [link, "", ...wordsOf(answer, address), "", ...code];
  await printLine(lines.join("\n"));
  return 0;
}

async function makeCode(client: AdminClient, role: "read" | "act"): Promise<WebCode> {
  const request = { method: "POST", path: "/api/v1/web-codes", body: { role } } as const;
  try {
    return await client.json(request, WebCode);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status !== NO_LISTENER) throw error;
    throw new CommandError("failed", `${error.message}. ${remedy(client.socket, role)}`, {
      cause: error,
    });
  }
}

/** What to do without a listener, or without a token that permits changes. */
function remedy(socket: string, role: "read" | "act"): string {
  const here = `ssh -L 9180:${socket} root@HOST`;
  return `Forward the socket: run \`${here}\` where the browser is, and open ` +
    "http://localhost:9180/, which asks for no token. Or set under [admin] " +
    `listen = "127.0.0.1:9180" and ${
      role === "act" ? "token_file" : "token_file or read_token_file"
    } (\`pppoe-proxy keygen token FILE\`), and restart the daemon`;
}

function wordsOf({ role, expires_in_seconds: left, addresses, hosts }: WebCode, address?: string) {
  const can = role === "act"
    ? "The page may change things and capture"
    : "The page may look, not change anything (--act)";
  const lines = [`Works once, within ${showSpan(left)}. ${can}.`];
  if (address !== undefined) return lines;
  const port = new URL(addresses[0]).port;
  lines.push(
    `From another machine first run: ssh -L ${port}:${new URL(addresses[0]).host} USER@HOST`,
  );
  if (hosts.length > 0) {
    lines.push(`Through the proxy at ${hosts[0]}: pppoe-proxy web --address https://${hosts[0]}/`);
  }
  return lines;
}

/** Returns the address of the page below which a link is made, with its final slash. */
function pageAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search + url.hash !== "") {
    throw new UsageError(`Cannot use "${text}" for --address: expected https://HOST/ or a path`);
  }
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}
