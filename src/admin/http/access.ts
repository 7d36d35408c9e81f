/** How a caller reaches the admin API, and what that permits. */

/** "read" may only look; "act" may also change things and capture frames. */
export type Role = "read" | "act";

/**
 * How a connection arrived: over a Unix socket, whose mode decides who can connect, or over TCP,
 * where the token decides the role. Tokens are lower-case hexadecimal digits.
 */
export type Access =
  | { kind: "socket"; role?: Role }
  | { kind: "token"; token?: string; readToken?: string };

/** The other end of a connection, as reported by the kernel. */
export interface Caller {
  /** User id of the other end of a Unix socket. */
  uid?: number;
  /** Address and port of the other end of a TCP connection. */
  address?: string;
}

/** Takes part in serving a connection. */
export interface ConnectionObserver {
  /** The caller is authorized. */
  proven(role: Role): void;
  /** The response has been sent in full; the caller has only to close the connection. */
  answered(): void;
}

/** Serves a connection and resolves when it has ended. */
export type Serve = (
  connection: Deno.Conn,
  access: Access,
  caller?: Caller,
  observer?: ConnectionObserver,
) => Promise<void>;

/** The caller, as fields of a log line. */
export function whoOf(
  { access, role, caller }: { access: Access; role: Role | undefined; caller: Caller },
): Record<string, unknown> {
  return { over: access.kind, ...(role !== undefined && { role }), ...caller };
}
