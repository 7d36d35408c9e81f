import type { UdpSocket } from "../../../ffi/socket/udp_socket.ts";

/** Counts the kernel's drops of UDP sockets, including closed ones. */
export class UdpDrops {
  #open = new Set<UdpSocket>();
  #former = 0;

  /** Starts counting a socket's drops; call the returned function before the socket is closed. */
  follow(socket: UdpSocket): () => void {
    this.#open.add(socket);
    return () => {
      if (this.#open.delete(socket)) this.#former += socket.drops;
    };
  }

  /** Datagrams dropped by the kernel in total, for lack of room or by a filter. */
  get total(): number {
    return [...this.#open].reduce((sum, { drops }) => sum + drops, this.#former);
  }
}
