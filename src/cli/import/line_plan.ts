/** The line to configure: one server and its clients, from foreign ends and the user's options. */
import { formatAddress } from "../../config/addresses.ts";
import type { Address } from "../../config/types.ts";
import type { ForeignEnds, ServerEnd } from "./foreign_ends.ts";
import { ImportError } from "./import_error.ts";

/** What the user adds to the command lines; undefined is not given. */
export interface ImportOptions {
  /** Name of the client, or the beginning of the names of several. */
  name?: string | undefined;
  /** The server's interface, if no command says it. */
  wan?: string | undefined;
  /** The client's interface, if no command says it. */
  lan?: string | undefined;
  /** Where clients reach the server, if no command says it. */
  connect?: Address | undefined;
}

/** A line with everything that its configurations need. */
export interface LinePlan {
  server: ServerEnd & { listen: Address };
  clients: { name: string; interface: string; connect: Address }[];
}

const DEFAULT_NAME = "branch-1";
/** Where the ends of a relay, which was one program on one machine, find each other. */
const RELAY_ADDRESS: Address = { host: "127.0.0.1", port: 8443 };
const WILDCARDS: ReadonlySet<string> = new Set(["", "0.0.0.0", "::"]);

/** Completes the ends. Throws ImportError with the option that says what is missing. */
export function planLine({ servers, clients }: ForeignEnds, options: ImportOptions): LinePlan {
  if (servers.length > 1) {
    throw new ImportError("There are several servers; import each with its own clients");
  }
  const [server] = servers;
  const isRelay = server !== undefined && server.listen === undefined;
  const wan = server?.interface ?? options.wan;
  if (wan === undefined) {
    throw new ImportError(missing("the server's interface", "--wan INTERFACE", "server"));
  }
  const connect = options.connect ?? clients.find(({ connect }) => connect)?.connect ??
    (isRelay ? RELAY_ADDRESS : reachable(server?.listen));
  if (connect === undefined) {
    throw new ImportError(
      missing("where clients reach the server", "--connect HOST:PORT", "client"),
    );
  }
  const lans = clients.length > 0 ? clients.map((client) => client.interface) : [options.lan];
  return {
    server: { ...server, interface: wan, listen: server?.listen ?? listenFor(connect) },
    clients: lans.map((lan, at) => {
      if (lan === undefined) {
        throw new ImportError(missing("the client's interface", "--lan INTERFACE", "client"));
      }
      return {
        name: nameOf(options.name ?? DEFAULT_NAME, at, lans.length),
        interface: lan,
        connect: options.connect ?? clients[at]?.connect ?? connect,
      };
    }),
  };
}

function missing(what: string, option: string, end: string): string {
  return `Nothing says ${what}; add ${option}, or import the ${end}'s command too`;
}

/** A listening address that clients can use as it is. */
function reachable(listen: Address | undefined): Address | undefined {
  return listen === undefined || WILDCARDS.has(listen.host) ? undefined : listen;
}

/** Where a server listens that clients reach at this address, which may be a NAT's. */
function listenFor(connect: Address): Address {
  if (connect === RELAY_ADDRESS) return connect;
  return { host: connect.host.includes(":") ? "::" : "0.0.0.0", port: connect.port };
}

/** The name of the client at this place: several count up from the first one's number. */
function nameOf(first: string, at: number, count: number): string {
  if (count === 1) return first;
  const [, stem, digits] = /^(.*?)(\d{0,6})$/s.exec(first) ?? ["", first, ""];
  return digits === "" ? `${first}-${at + 1}` : `${stem}${Number(digits) + at}`;
}

/** The address as a configuration has it. */
export function listenText({ host, port }: Address): string {
  return formatAddress({ host: host === "" ? "0.0.0.0" : host, port });
}
