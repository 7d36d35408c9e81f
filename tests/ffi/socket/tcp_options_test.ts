import { assert, assertEquals } from "@std/assert";
import { connectRouted, descriptorOf } from "../../../ffi/socket/routed_socket.ts";
import { socketsOf, tuneSocketsOf } from "../../../ffi/socket/tcp.ts";
import { readTcpInfo, type TcpInfo } from "../../../ffi/socket/tcp_info.ts";
import {
  DEFAULT_TCP_OPTIONS,
  permitsCongestionControl,
  suitPath,
  type TcpOptions,
} from "../../../ffi/socket/tcp_options.ts";
import { insideLab } from "../../lab/namespace.ts";
import { PATIENCE } from "../../until.ts";

const ignore = !insideLab();

/** How the ends of a connection are set up. */
interface Ends {
  /** Options of the listening socket. */
  listening?: TcpOptions;
  /** Maximum segment size of the connecting socket, in bytes. */
  maxSegment?: number;
}

/** Connects two sockets on loopback, moves `bytes` from one to the other; both ends' states. */
async function exchange({ listening, maxSegment }: Ends, bytes = 1): Promise<TcpInfo[]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  if (listening !== undefined) assertEquals(tuneSocketsOf(port, listening), 1);
  const to = { host: "127.0.0.1", port };
  const dialling = connectRouted(to, { maxSegment }, AbortSignal.timeout(PATIENCE));
  using accepted = await listener.accept();
  const dialled = await dialling;
  using connection = dialled.connection;
  for (const [from, into] of [[connection, accepted], [accepted, connection]]) {
    await from.write(new Uint8Array(bytes));
    await into.read(new Uint8Array(bytes));
  }
  const states = [dialled.number, descriptorOf(accepted) ?? -1].map(readTcpInfo);
  return states.filter((state) => state !== undefined) as TcpInfo[];
}

Deno.test({
  name: "a listening socket's maximum segment size binds both directions",
  ignore,
  async fn() {
    const large = await exchange({});
    assert(large.length === 2 && large.every(({ segment }) => segment > 10_000));
    const small = await exchange({ listening: DEFAULT_TCP_OPTIONS });
    assertEquals(small.length, 2);
    for (const { segment } of small) assert(segment <= 1_220 && segment > 1_200, `${segment}`);
  },
});

Deno.test({
  name: "a dialled socket's maximum segment size binds both directions",
  ignore,
  async fn() {
    const ends = await exchange({ maxSegment: 900 });
    assertEquals(ends.length, 2);
    for (const { segment } of ends) assert(segment <= 900 && segment > 880, `${segment}`);
  },
});

Deno.test({
  name: "congestion control: the named one, the kernel's default for auto, never an error",
  ignore,
  async fn() {
    const used = async (congestionControl: string): Promise<string> => {
      const [, accepted] = await exchange({
        listening: { ...DEFAULT_TCP_OPTIONS, congestionControl },
      });
      return accepted.congestionControl;
    };
    const usual = (await exchange({}))[1].congestionControl;
    assertEquals(await used("reno"), "reno");
    assertEquals(await used("no-such-control"), usual);
    assertEquals(await used("auto"), usual);
    assertEquals([permitsCongestionControl("reno"), permitsCongestionControl("none")], [
      true,
      false,
    ]);
  },
});

Deno.test({
  name: "a long path and one that loses packets get BBR if the kernel permits it, others do not",
  ignore,
  async fn() {
    const [, { congestionControl: usual, ...state }] = await exchange({});
    const suited = (path: Partial<TcpInfo>): string | undefined => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const [fd] = socketsOf(listener.addr.port);
      suitPath(fd, { congestionControl: usual, ...state, ...path });
      return readTcpInfo(fd)?.congestionControl;
    };
    const long = permitsCongestionControl("bbr") ? "bbr" : usual;
    assertEquals(suited({ minRoundTrip: 0.1, retransmitted: 1 }), usual);
    assertEquals(suited({ minRoundTrip: 2, retransmitted: 0 }), long);
    assertEquals(suited({ minRoundTrip: 0.1, retransmitted: 8 }), long);
    assertEquals(suited({ minRoundTrip: undefined, retransmitted: 0 }), usual);
  },
});

Deno.test({
  name: "a connection's state counts what was acknowledged and received",
  ignore,
  async fn() {
    for (const state of await exchange({}, 1_000)) {
      assertEquals(state.received, 1_000);
      assert(state.minRoundTrip !== undefined && state.minRoundTrip < 1_000);
      // The peer's acknowledgement of the last write may still be on its way.
      assert(state.outstanding || state.acknowledged >= 1_000, JSON.stringify(state));
    }
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const [udp] = socketsOf((socket.addr as Deno.NetAddr).port);
    assertEquals([readTcpInfo(udp), readTcpInfo(-1)], [undefined, undefined]);
    socket.close();
    assertEquals(readTcpInfo(socketsOf(listener.addr.port)[0])?.outstanding, false);
  },
});
