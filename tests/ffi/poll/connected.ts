/** Two ends of a connection, with TCP_NODELAY. */
export async function connected(): Promise<[Deno.TcpConn, Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept();
  const near = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  near.setNoDelay(true);
  return [near, await accepting];
}
