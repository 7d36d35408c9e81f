/** How somebody reaches the admin API, and what that lets them do. */

/** "read" looks; "act" may also change something and see what passes. */
export type Role = "read" | "act";

/**
 * The door that somebody came through: a Unix socket, whose mode decides who can, or TCP, where the
 * token decides what they may do. Tokens are lower-case hexadecimal digits.
 */
export type Access =
  | { kind: "socket"; role?: Role }
  | { kind: "token"; token?: string; readToken?: string };

/** Who is at the other end, as far as the kernel tells. */
export interface Caller {
  /** Of a Unix socket's other end. */
  uid?: number;
  /** Of a TCP connection's. */
  address?: string;
}

/** Takes over a connection; resolves when it has ended. Calls `proven` once the caller may ask something. */
export type Serve = (
  connection: Deno.Conn,
  access: Access,
  caller?: Caller,
  proven?: () => void,
) => Promise<void>;

/** Who asks, as fields of a log line. */
export function whoOf(
  { access, role, caller }: { access: Access; role: Role | undefined; caller: Caller },
): Record<string, unknown> {
  return { over: access.kind, ...(role !== undefined && { role }), ...caller };
}
